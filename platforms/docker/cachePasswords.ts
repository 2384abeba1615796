import type * as pulumi from "@pulumi/pulumi";
import type { CacheArgs } from "../platform";
import { inOne } from "../stores/databaseRoles";
import { redisPasswordAdded, redisPasswordRetired } from "../stores/redisPasswords";
import { environment } from "./container";
import type { DockerContext } from "./context";
import { labelMap } from "./labels";
import { Task } from "./tasks/task";

export interface CachePasswordArgs extends Pick<CacheArgs, "system" | "password"> {
  readonly image: pulumi.Output<string>;
  readonly network: pulumi.Input<string>;
  readonly volume: pulumi.Output<string>;
}

export function addCachePassword(context: DockerContext, args: CachePasswordArgs, opts: pulumi.CustomResourceOptions): Task[] {
  return run(context, args, { name: "password", script: redisPasswordAdded, title: "the password of Redis", env: {} }, opts);
}

export function retireCachePassword(context: DockerContext, args: CachePasswordArgs, opts: pulumi.CustomResourceOptions): Task[] {
  return run(context, args, { name: "retired", script: redisPasswordRetired, title: "the end of Redis' earlier password", env: { STAY: `backend ${args.system}-backup` } }, opts);
}

/** Nothing while it was never exchanged. */
function run(
  context: DockerContext,
  { image, network, password, system, volume }: CachePasswordArgs,
  { env, name, script, title }: { readonly name: string; readonly script: string; readonly title: string; readonly env: Readonly<Record<string, string>> },
  opts: pulumi.CustomResourceOptions,
): Task[] {
  if (password.generation === 0) return [];
  const task = new Task(
    `${system}-cache-${name}`,
    {
      host: context.host,
      image,
      command: ["sh", "-euc", script],
      env: environment({ PASSWORD: password.current, EARLIER: inOne(password.earlier), ...env }),
      networks: [network],
      user: "999:999",
      memoryMiB: 64,
      timeoutSeconds: 60,
      labels: labelMap(context.labels(system, `cache-${name}`, "task")),
      title: `${system}: ${title}`,
      ...context.idle(system),
      triggers: [String(password.generation), volume],
    },
    opts,
  );
  return [task];
}

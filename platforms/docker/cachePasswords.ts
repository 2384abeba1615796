import type * as pulumi from "@pulumi/pulumi";
import type { CacheArgs } from "../platform";
import { environment } from "./container";
import type { DockerContext } from "./context";
import { inOne } from "./databaseRoles";
import { labelMap } from "./labels";
import { Task } from "./tasks/task";

/*
 * The exchange of Redis' password while it runs: the new one opens beside the old one, and the old one ends when the
 * containers that knew it have stopped. Passwords go to Redis as hashes, by standard input.
 *
 * Redis doesn't end a connection whose password is gone, and doesn't say which password one came with. So all end but
 * those of the containers that run now: the backend's, and the backup agent's, whose snapshot may be under way.
 */

const common = `
hash() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
opens() { REDISCLI_AUTH="$1" redis-cli -h cache ping 2>/dev/null | grep -q PONG; }
must() {
  said=$(redis-cli -h cache)
  test "$said" = "$1" || { echo "Redis answered: $said" >&2; exit 1; }
}
`;

/** Which password Redis has depends on where an earlier update was cut off, and on whether its volume is new. */
const addScript = `${common}
for known in $PASSWORD $EARLIER; do
  if opens "$known"; then
    export REDISCLI_AUTH="$known"
    printf 'ACL SETUSER default #%s\\nACL SAVE\\n' "$(hash "$PASSWORD")" | must "$(printf 'OK\\nOK')"
    exit 0
  fi
done
echo "none of the passwords that Redis ever had opens it" >&2
exit 1
`;

const retireScript = `${common}
export REDISCLI_AUTH="$PASSWORD"
printf 'ACL SETUSER default resetpass #%s\\nACL SAVE\\n' "$(hash "$PASSWORD")" | must "$(printf 'OK\\nOK')"
for known in $EARLIER; do
  if opens "$known"; then echo "Redis still opens with a password that it had before" >&2; exit 1; fi
done
stay=" 127.0.0.1 $(for host in $STAY; do getent ahostsv4 "$host" || true; done | cut -d' ' -f1 | sort -u | tr '\\n' ' ') "
redis-cli -h cache client list | tr ' ' '\\n' | while IFS== read -r name value; do
  case "$name" in
    id) id=$value ;;
    addr) address=\${value%:*} ;;
    # A replica, or the server that this one copies from: a restore is under way.
    flags) case "$value" in *[SM]*) ;; *) case "$stay" in *" $address "*) ;; *) echo "CLIENT KILL ID $id SKIPME yes" ;; esac ;; esac ;;
  esac
done | redis-cli -h cache >/dev/null
`;

export interface CachePasswordArgs extends Pick<CacheArgs, "system" | "password"> {
  readonly image: pulumi.Output<string>;
  readonly network: pulumi.Input<string>;
  readonly volume: pulumi.Output<string>;
}

export function addCachePassword(context: DockerContext, args: CachePasswordArgs, opts: pulumi.CustomResourceOptions): Task[] {
  return run(context, args, { name: "password", script: addScript, title: "the password of Redis", env: {} }, opts);
}

export function retireCachePassword(context: DockerContext, args: CachePasswordArgs, opts: pulumi.CustomResourceOptions): Task[] {
  return run(context, args, { name: "retired", script: retireScript, title: "the end of Redis' earlier password", env: { STAY: `backend ${args.system}-backup` } }, opts);
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

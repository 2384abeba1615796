import * as pulumi from "@pulumi/pulumi";
import { loginsLabel, type RetireArgs } from "../platform";
import { retireCache } from "./cache";
import type { DockerContext } from "./context";
import { retireDatabase } from "./database";
import { StopOlder } from "./tasks/stopOlder";

/** The last of an exchange: old containers stop, then the logins that they held are ended. */
export function retireLogins(context: DockerContext, { cache, database, logins, site: { system } }: RetireArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
  const present = loginsLabel(logins);
  const stopped =
    present === undefined
      ? []
      : [
          new StopOlder(
            `${system}-older`,
            {
              host: context.host,
              labels: [`stackbook.stack=${context.stack}`, `stackbook.system=${system}`, "stackbook.service=backend", "stackbook.role=app"],
              label: "stackbook.logins",
              present,
              title: `${system} backend`,
              ...context.idle(system),
            },
            context.taskOptions({ parent: opts.parent, dependsOn: opts.dependsOn }),
          ),
        ];
  const after = pulumi.mergeOptions(opts, { dependsOn: stopped });
  return [...stopped, ...retireDatabase(context, database, after), ...(cache === undefined ? [] : retireCache(context, cache, after))];
}

// The first, before anything makes a stack trace.
import "./runtime/stacks";
import "./runtime/orphan";
import { BackupData } from "./components/backup/data";
import { loadBackups } from "./components/backup/load";
import { Data } from "./components/data";
import { DynamicProvider } from "./components/dynamicProvider";
import { EdgeSite } from "./components/edgeSite";
import { watch } from "./components/monitoring/load";
import { runningSystems, stackOutputs, type StackSystem } from "./components/outputs";
import { Release } from "./components/release";
import { released } from "./components/release/systems";
import { guardCounters } from "./components/rotation/guard";
import { System } from "./components/system";
import { parseConfig, readPulumiConfig } from "./config/load";
import { loadPlatform } from "./platforms";

/** The program, as a table of contents: config -> may it be -> platform -> data, backups and systems -> routes -> monitoring -> record -> outputs. */
export = async () => {
  const raw = readPulumiConfig();
  const stack = parseConfig(raw);
  const tasks = new DynamicProvider("tasks");
  const release = new Release("release", { raw, stack, tasks });
  await release.allowed();
  await guardCounters(stack, tasks);
  const platform = await loadPlatform(stack, tasks);
  const edge = new EdgeSite("edge", { stack, platform, tasks });
  const backupData = new BackupData("backup-data", { stack, platform });
  const backups = await loadBackups({ stack, platform, data: backupData });
  const systems = stack.systems.map((config): StackSystem => {
    const data = new Data(`${config.spec.id}-data`, { stack, config, platform });
    const system = config.enabled ? new System(config.spec.id, { stack, config, platform, data, ...(backups === undefined ? {} : { backups }) }) : undefined;
    return { config, data, system };
  });
  const running = runningSystems(systems);
  const routes = edge.route(running);
  backups?.await(routes);
  const monitoring = await watch({ stack, platform, edge, systems: running, routes });
  const retired = running.flatMap(({ system }) => system.retireLogins([routes]));
  const ledger = release.record(released(running), [routes, ...retired]);
  return stackOutputs(stack, systems, { edge, backupData, backups, monitoring, ledger });
};

import { join } from "node:path";
import { numberOf } from "../../common/environment";
import { ProblemsError } from "../../common/problems";

/** What the container's environment says; everything else is in the configuration file. */
export interface Settings {
  readonly configPath: string;
  readonly dataFolder: string;
  readonly socketPath: string;
  readonly port: number;
  readonly intervalSeconds: number;
}

export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const dataFolder = env["STATUS_DATA"] ?? "/data";
  const settings = {
    configPath: env["STATUS_CONFIG"] ?? "/etc/stackbook/status.json",
    dataFolder,
    socketPath: join(dataFolder, "control.sock"),
    port: numberOf(env, "PORT", { fallback: 8080, least: 0, most: 65535 }, problems),
    intervalSeconds: numberOf(env, "STATUS_INTERVAL_SECONDS", { fallback: 30, least: 1, most: 3600 }, problems),
  };
  if (problems.length > 0) throw new ProblemsError("the environment is not right", problems);
  return settings;
}

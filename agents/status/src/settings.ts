import { join } from "node:path";
import { ProblemsError } from "./problems";

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
  const number = (name: string, fallback: number, least: number, most: number): number => {
    const given = env[name];
    if (given === undefined || given === "") return fallback;
    const value = Number(given);
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    problems.push(`${name} is ${given}: give a number from ${least} to ${most}`);
    return fallback;
  };
  const dataFolder = env["STATUS_DATA"] ?? "/data";
  const settings = {
    configPath: env["STATUS_CONFIG"] ?? "/etc/stackbook/status.json",
    dataFolder,
    socketPath: join(dataFolder, "control.sock"),
    port: number("PORT", 8080, 0, 65535),
    intervalSeconds: number("STATUS_INTERVAL_SECONDS", 30, 1, 3600),
  };
  if (problems.length > 0) throw new ProblemsError("the environment is not right", problems);
  return settings;
}

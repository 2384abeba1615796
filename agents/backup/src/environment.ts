import { join } from "node:path";
import { z } from "zod";
import { agentPort, dataDirectory, settingsDirectory, type BackupSettings } from "../../../backups/settings";
import { numberOf } from "../../common/environment";
import { ProblemsError } from "../../common/problems";

/**
 * `backup` and `drill` serve, each with its schedule; `once` (the default) is a container for one command: it does
 * the work itself, also when an agent listens on the same data volume.
 */
export const roles = ["backup", "drill", "once"] as const;
export type Role = (typeof roles)[number];

/** What the container's environment says; everything else is in the settings file. */
export interface Environment {
  readonly role: Role;
  readonly settingsFolder: string;
  readonly dataFolder: string;
  readonly socketPath: string;
  readonly port: number;
  readonly tickSeconds: number;
  /** The request, in place of a line on standard input. */
  readonly request: string | undefined;
  /** What runs now, where the settings are those of the release to come: before a deploy. */
  readonly release: BackupSettings["release"] | undefined;
}

export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const problems: string[] = [];
  const given = env["BACKUP_ROLE"] ?? "once";
  const role = roles.find((name) => name === given);
  if (role === undefined) problems.push(`BACKUP_ROLE is ${given}: give ${roles.join(", ")}`);
  const dataFolder = env["BACKUP_DATA"] ?? dataDirectory;
  const environment: Environment = {
    role: role ?? "once",
    settingsFolder: env["BACKUP_SETTINGS"] ?? settingsDirectory,
    dataFolder,
    socketPath: join(dataFolder, `${role ?? "once"}.sock`),
    port: numberOf(env, "PORT", { fallback: agentPort, least: 0, most: 65535 }, problems),
    tickSeconds: numberOf(env, "BACKUP_TICK_SECONDS", { fallback: 20, least: 0.05, most: 600 }, problems),
    request: env["BACKUP_REQUEST"],
    release: releaseOf(env["BACKUP_RELEASE"], problems),
  };
  if (problems.length > 0) throw new ProblemsError("the environment is not right", problems);
  return environment;
}

const release = z.object({ version: z.string(), images: z.record(z.string(), z.string()) });

function releaseOf(text: string | undefined, problems: string[]): BackupSettings["release"] | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return release.parse(JSON.parse(text));
  } catch {
    problems.push(`BACKUP_RELEASE is ${text.slice(0, 80)}: give {"version": …, "images": {…}} as JSON`);
    return undefined;
  }
}

import { randomBytes } from "node:crypto";
import type { StackCli } from "../pulumi";

/** What of a system is brought back by the next update: `stackbook:systems.<id>.restore`. */
export interface RestoreKey {
  readonly id: string;
  readonly backup: string;
  readonly only?: readonly ("database" | "redis" | "uploads")[];
  readonly tables?: readonly string[];
  readonly withoutSafety?: boolean;
}

/** Becomes part of database names, and never looks like a number, which YAML and the CLI would make of it. */
export function newRestoreId(): string {
  return `r${randomBytes(4).toString("hex")}`;
}

const pathOf = (system: string): string => `stackbook:systems.${system}.restore`;

/** Whatever was there before is gone. */
export async function writeRestoreKeys(cli: StackCli, keys: Readonly<Record<string, RestoreKey | undefined>>): Promise<void> {
  for (const system of Object.keys(keys)) await cli.run(["config", "rm", "--path", pathOf(system)]);
  const values = Object.entries(keys).flatMap(([system, key]) => (key === undefined ? [] : flat(pathOf(system), key)));
  if (values.length > 0) await cli.run(["config", "set-all", "--path", ...values.flatMap((value) => ["--plaintext", value])]);
}

function flat(path: string, { id, backup, only = [], tables = [], withoutSafety = false }: RestoreKey): string[] {
  return [
    `${path}.id=${id}`, `${path}.backup=${backup}`,
    ...only.map((part, at) => `${path}.only[${at}]=${part}`), ...tables.map((table, at) => `${path}.tables[${at}]=${table}`),
    ...(withoutSafety ? [`${path}.withoutSafety=true`] : []),
  ];
}

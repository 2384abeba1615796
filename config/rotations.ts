import { z } from "zod";
import type { SystemSpec } from "../systems";
import { quote, type Path } from "./errors";
import { documented, wholeNumber } from "./fields";
import { nearest } from "./suggest";

/** The counters of secrets: `systems.<id>.rotations`, `monitoring.rotations` and `edge.rotations`. Raising one makes a new value. */

/** Of one secret, exchanged every day for 27 years. */
const most = 9999;

const counter = (about: string) => wholeNumber(0, most, { about, example: "1", default: "0: never exchanged" });

/** Secrets of every system besides the catalogue's, as `components/data.ts` makes them. */
export const storeSecrets = {
  databasePassword: "the application's login in its database",
  databaseAdminPassword: "the database's administrator, who is the backups' login too",
  monitorPassword: "the monitoring's login in the database",
  cachePassword: "Redis",
  loginPassword: "the demo's first login",
} as const;

export type StoreSecretName = keyof typeof storeSecrets;

/** By name, with what each opens; a secret that the operator gave is exchanged by giving another. */
export function rotatable({ redis, secrets }: Pick<SystemSpec, "redis" | "secrets">): Readonly<Record<string, string>> {
  const { cachePassword, ...others } = storeSecrets;
  return { ...others, ...(redis === undefined ? {} : { cachePassword }), ...Object.fromEntries(secrets.map(({ name, purpose }) => [name, purpose])) };
}

export const systemRotationsSchema = documented(z.record(z.string(), counter("How often this secret was exchanged; one more makes a new value, and the old one ends")), {
  type: "map of numbers",
  allowed: `names of generated secrets with 0-${most}: ${Object.keys(storeSecrets).join(", ")}, and the catalogue's, such as jwtSecret`,
  about: "How often each generated secret was exchanged; `npx stackbook rotate` writes it. It goes up by one at a time, and never down",
  example: "{ databasePassword: 1 }",
  default: "none was",
});

export const edgeRotationsSchema = z.strictObject({
  operator: counter("How often the password of the operators' pages was exchanged; `npx stackbook rotate` writes it").optional(),
  pass: counter("How often the key was exchanged that signs operators' passes; `npx stackbook rotate` writes it. Earlier passes open nothing then").optional(),
});

export const monitoringRotationsSchema = z.strictObject({
  grafana: counter("How often the password of Grafana's administrator was exchanged; `npx stackbook rotate` writes it").optional(),
});

/** What was exchanged, by name; absent: nothing ever was. */
export type Rotations = Readonly<Record<string, number>>;

export function resolveRotations(raw: Rotations | undefined): { rotations?: Rotations } {
  const rotated = Object.entries(raw ?? {}).filter(([, count]) => count > 0);
  return rotated.length === 0 ? {} : { rotations: Object.fromEntries(rotated) };
}

export function checkRotations(spec: SystemSpec, raw: Rotations, report: (at: Path, given: string, allowed: string, fix: string) => void): void {
  const names = Object.keys(rotatable(spec));
  for (const name of Object.keys(raw).filter((name) => !names.includes(name))) {
    const close = nearest(name, names);
    report(["systems", spec.id, "rotations", name], "not a secret of this system", names.join(", "), close === undefined ? `use ${names.join(", ")}` : `did you mean ${quote(close)}?`);
  }
}

import { z } from "zod";
import { networkForm, readNetwork } from "./addresses";
import { documented, text } from "./fields";
import { checkInstant, fromGo, instantForm, instantOf } from "./instants";
import type { BlockedNetwork, MaintenancePeriod } from "./types";

/** `maintenance`, of all systems or of one; `edge.blocked` and `edge.bypass`. */

export const maxPeriods = 20;
export const maxBlocked = 1000;
const maxBypass = 100;

const isLine = (most: number) => (value: string): boolean => value.trim() !== "" && value.length <= most && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value);

const line = (most: number, about: string, example: string, fallback: string) =>
  text(isLine(most), { about, allowed: `text of one line, at most ${most} characters`, example, default: fallback }).optional();

const instant = (about: string, example: string, fallback: string) =>
  documented(z.preprocess(fromGo, text(checkInstant, { about: "", allowed: instantForm, example: "" })), { type: "text", allowed: instantForm, about, example, default: fallback }).optional();

const by = line(200, "Who asked for it", "ops@example.org", "nobody's name");
const why = line(500, "What for; operators read it, visitors don't", "PostgreSQL 16.4", "none given");

/** @param whose reads on after "closes": `the system`, `every system` */
export const maintenanceSchema = (whose: string) =>
  documented(
    z
      .array(
        z.strictObject({
          from: instant("When it begins", "'2026-11-22T02:00Z'", "it has begun"),
          until: instant("When it ends, by itself", "'2026-11-22T04:00Z'", "when it is taken out"),
          message: line(500, "What visitors read", "New rooms are being added.", "a sentence of ours"),
          by,
          why,
        }),
      )
      .max(maxPeriods),
    {
      type: "list of maps",
      allowed: `at most ${maxPeriods} of { from, until, message, by, why }`,
      about: `Times at which the edge closes ${whose}: visitors get a page and 503, operators pass, alerts wait, the status page says so. \`npx stackbook maintenance\` writes them`,
      example: "[{ from: '2026-11-22T02:00Z', until: '2026-11-22T04:00Z', message: New rooms are being added. }]",
      default: "none",
    },
  ).optional();

const checkNetwork = (value: string): boolean | string => {
  const network = readNetwork(value);
  return network === undefined ? false : "fix" in network ? network.fix : true;
};

const network = (about: string) => text(checkNetwork, { about, allowed: networkForm, example: "203.0.113.0/24" });

export const blockedSchema = documented(
  z
    .array(
      documented(
        z.union([
          network("An address or network"),
          z.strictObject({ address: network("Which"), until: instant("When it ends, by itself", "'2026-11-22T04:00Z'", "when it is taken out"), by, why }),
        ]),
        { type: "text or map", allowed: `${networkForm}, or { address, until, by, why }`, about: "", example: "203.0.113.0/24" },
      ),
    )
    .max(maxBlocked),
  {
    type: "list",
    allowed: `at most ${maxBlocked} addresses or networks, IPv4 or IPv6, each as text or as { address, until, by, why }`,
    about: "Who gets 403 from the edge and nothing else. `npx stackbook block` writes them",
    example: "[203.0.113.7, { address: 2001:db8::/32, until: '2026-12-01T00:00Z', why: password guessing }]",
    default: "nobody",
  },
).optional();

export const bypassSchema = documented(z.array(network("An address or network")).max(maxBypass), {
  type: "list of text",
  allowed: `at most ${maxBypass} addresses or networks, IPv4 or IPv6`,
  about: "Operators' addresses: what is closed for maintenance is open to them",
  example: "[198.51.100.0/24]",
  default: "none",
}).optional();

type RawPeriod = NonNullable<z.output<ReturnType<typeof maintenanceSchema>>>[number];

/** With its times in UTC. */
export function resolveMaintenance(raw: readonly RawPeriod[] = [], all = false): MaintenancePeriod[] {
  return raw.map(({ from, until, ...words }) => ({
    all,
    ...(from === undefined ? {} : { from: instantOf(from) }),
    ...(until === undefined ? {} : { until: instantOf(until) }),
    ...words,
  }));
}

export function resolveBlocked(raw: z.output<typeof blockedSchema> = []): BlockedNetwork[] {
  return raw.map((entry) => {
    if (typeof entry === "string") return { address: entry };
    const { until, ...rest } = entry;
    return { ...rest, ...(until === undefined ? {} : { until: instantOf(until) }) };
  });
}

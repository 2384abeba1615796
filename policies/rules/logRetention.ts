import type { Resource, Rule } from "../rule";
import { containersOf } from "../view/container";
import { ownWords } from "../view/labels";
import { textsOf } from "../view/texts";
import { at, pairsAt, shown } from "../view/values";

/** Days, sms.md, "Log Retention": application 90, access and system 30, audit 365, backup 30. */
const leastDays: Readonly<Record<string, number>> = { application: 90, system: 30, audit: 365, backup: 30 };

/** A stream that isn't named is kept as long as the shortest. */
const otherDays = 30;

export const logRetention: Rule = {
  name: "log-retention",
  description: "Logs are kept as long as the table says, and cut off before they fill a disk.",
  why: "An incident is understood from logs that somebody kept; a full disk is one.",
  source: "L1, sms.md, Log Retention",
  check: (resource) => [...files(resource), ...loki(resource), ...groups(resource)],
};

function files(resource: Resource): string[] {
  return containersOf(resource).filter(({ logLimited }) => logLimited === undefined).map(({ at: place }) => `${place}its log grows without end; set logOpts to { "max-size": "10m", "max-file": "5" }`);
}

function loki(resource: Resource): string[] {
  return textsOf(resource).filter(({ name, text }) => /^loki\.ya?ml$/.test(name) || (/^limits_config:/m.test(text) && /^schema_config:/m.test(text))).flatMap(({ text }) => {
    if (!/retention_enabled:\s*true/.test(text)) return ["Loki removes nothing; set compactor.retention_enabled: true"];
    const streams = [...text.matchAll(/selector: '\{stream="(\w+)"\}'[\s\S]*?period: (\d+)h/g)].map(([, stream = "", hours]) => [stream, Number(hours) / 24] as const);
    return streams.filter(([stream, days]) => days < (leastDays[stream] ?? otherDays)).map(([stream, days]) => `logs of ${stream} are kept for ${days} days; set stackbook:monitoring.logs to at least ${leastDays[stream] ?? otherDays}`);
  });
}

function groups({ props, type }: Resource): string[] {
  if (type !== "aws:cloudwatch/logGroup:LogGroup") return [];
  const days = at(props, "retentionInDays");
  if (typeof days === "symbol") return [];
  const { service = "", role = "" } = ownWords(Object.fromEntries(pairsAt(props, "tags")));
  const stream = service.includes("audit") ? "audit" : role === "app" ? "application" : role === "backup" ? "backup" : "system";
  const least = leastDays[stream] ?? otherDays;
  // 0 is for ever, which costs more every month.
  return typeof days === "number" && days >= least ? [] : [`retentionInDays is ${shown(days)}; set it to at least ${least} (${stream})`];
}

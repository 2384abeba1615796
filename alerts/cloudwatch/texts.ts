import { systems } from "../../systems";
import { levelOf } from "../severities";
import type { AlertRow, Severity } from "../types";
import { readLimit, units } from "../units";
import { awsCommand } from "./commands";

/** CloudWatch's own limit. */
export const longestDescription = 1024;

export interface Described {
  readonly stack: string;
  readonly runbookUrl?: string;
  /** Service or part that it is about. */
  readonly part?: string;
  /** In front of everything: the runbook's word that an alarm has become. */
  readonly level?: string;
}

/** In place of a row's words, where they speak of a Docker host. */
const words: Readonly<Record<string, Pick<AlertRow, "summary" | "description">>> = {
  "host-cpu": {
    summary: "The processors of {service}'s database are {value} busy, {threshold} is the limit",
    description: "Everything that asks it slows down. Look which statements load it; for good, a larger class in the stack file (stackbook:aws).",
  },
  "host-disk": {
    summary: "The storage of {service}'s database is {value} full, {threshold} is the limit",
    description: "When it is full, the database stops. Storage that may grow does so by itself up to its largest size; the command shows both.",
  },
  "host-disk-forecast": {
    summary: "The storage of {service}'s database will be full in {value} if it fills on like this",
    description: "Act before it is: a largest size that is too small, or a table that grows? The command shows the sizes.",
  },
  "out-of-memory": {
    summary: "A container was ended for want of memory",
    description: "It needed more than its limit. The command shows which. If this comes back: a leak, or a limit that is too low (memoryMiB in the stack file).",
  },
  "certificate-ends": {
    summary: "A certificate of the balancer ends in {value}: then browsers refuse the site",
    description: "AWS renews what it issued as long as the record that proves the domain stands in DNS; what was imported nobody renews. The command lists them.",
  },
};

/** Whoever is woken reads this: an alarm's message has no other words. No value is in it, as CloudWatch puts none into a text. */
export function descriptionOf(row: AlertRow, severity: Severity, { level, part, runbookUrl, stack }: Described): string {
  const { direction, thresholds, unit } = readLimit(row.limit);
  const threshold = units[unit].text(thresholds[severity] ?? 0);
  const known: Readonly<Record<string, string>> = {
    title: row.system === "stack" ? "the stack" : systems[row.system].title, system: row.system, threshold,
    value: `${direction === "above" ? "more" : "less"} than ${threshold}`,
    service: part ?? "a service", container: part === undefined ? "a container" : `a container of ${part}`, mountpoint: part === undefined ? "" : `of ${part}'s database`,
  };
  const fill = (text: string): string => text.replace(/\{([a-z_]+)\}/g, (_, name: string) => known[name] ?? name.replaceAll("_", " "));
  const { description, summary } = (row.system === "stack" ? words[row.id] : undefined) ?? row;
  const word = level ?? row.levels?.[severity] ?? levelOf(row.system, severity);
  const from = `${row.runbook.file}, "${row.runbook.section}"`;
  const runbook = runbookUrl === undefined ? `npx stackbook --stack ${stack} runbook ${row.system} ${row.id}` : `${runbookUrl}/${row.system}.md#${row.id}`;
  const head = `${severity.toUpperCase()}${word === severity ? "" : ` (${word})`}: ${fill(summary)}.`;
  const end = `Run: ${fill(awsCommand(row, stack, part))}\nRunbook: ${runbook} (from ${from})`;
  const room = longestDescription - head.length - end.length - 2;
  const says = fill(description);
  return `${head}\n${says.length <= room ? says : `${says.slice(0, room - 1)}…`}\n${end}`;
}

import { alertSections } from "./alerts";
import { routineSection } from "./routine";
import type { RunbookInput } from "./types";
import { bullets, commandOf, joined, shell, table } from "./words";

/** What all systems of a stack share: host, edge, monitoring, backup stores. */
export function stackPage(input: RunbookInput): string {
  const { facts } = input;
  const { backups, edge, monitoring } = facts;
  const command = commandOf(facts.stack);
  return joined([
    `# The stack ${facts.stack}`,
    "[Index](index.md) · [What it is made of](#what-it-is-made-of) · [Alerts](#alerts) · [The machine is gone](#the-machine-is-gone) · [Lists](#lists)",
    shell([command("status stack"), command("health stack"), command("logs stack edge --since 1h")]),
    "## What it is made of",
    table(["", ""], [
      ["environment", facts.environment],
      ["engine", facts.engineHost ?? "this machine's own"],
      ["edge", `ports ${edge.httpPort} and ${edge.httpsPort} on ${edge.bindAddress}; certificates: ${edge.tls}; ${edge.requestsPerMinute} requests a minute from one address`],
      ["monitoring", monitoring === undefined ? "**none**" : `reads every ${monitoring.scrapeSeconds} s, keeps ${monitoring.metricsDays} days`],
      ["logs", monitoring?.logDays === undefined ? "the engine's own files only" : Object.entries(monitoring.logDays).map(([stream, days]) => `${stream} ${days} days`).join(", ")],
      ["backups", backups === undefined ? "**none**" : `${backups.stores.map(({ name, where }) => `${name}: ${where}`).join("; ")}; ${backups.encryption === "symmetric" ? "encrypted by a key of the recovery kit" : "encrypted to a public key"}`],
      ["restores are rehearsed", backups?.drill === undefined ? "not on this host" : `${backups.drill.day}s at ${backups.drill.at} (${facts.timeZone})`],
    ]),
    "## Alerts", alertSections(input, "stack"),
    "## The machine is gone",
    bullets(["What it takes: a backup store that was elsewhere, this repository, the recovery kit.", "Take the kit now, and after each change of keys or stores; keep it in two places that are neither this machine nor beside the backups."]),
    shell([command("recovery-kit"), "npx stackbook recover --kit kit.json"]),
    "More, and how to open a backup with `gpg` and the database's own tools alone: docs/backups.md.",
    "## Lists", routineSection("stack", facts.stack),
  ]);
}

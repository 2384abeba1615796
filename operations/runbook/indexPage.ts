import type { Facts } from "../../config/facts";
import { noticeSeverities } from "./incidents";
import { channelsOf, peopleOfStack } from "./people";
import { decisionMatrix, incidentSteps } from "./procedures";
import { routineOverview } from "./routine";
import type { RunbookInput } from "./types";
import { bullets, code, commandOf, joined, link, pageOf, shell, table, titleOf } from "./words";

/** Where somebody who was just woken begins. */
export function indexPage(input: RunbookInput): string {
  const { facts } = input;
  const command = commandOf(facts.stack);
  return joined([
    `# Runbook of ${facts.stack}`,
    `Written from the stack's own configuration by ${code(command("runbook --output <folder>"))}; write it anew after each change of it. Commands run in a clone of this repository.`,
    shell([command("status"), command("health"), command("history")]),
    "## Systems", systemsTable(facts), pagesTable(input),
    "## Something is wrong", incidentSteps(facts.stack),
    bullets(noticeSeverities.map(([severity, means]) => `severity ${severity}: ${means}`)),
    "## What to go back to", decisionMatrix(facts.stack),
    "## People", peopleOfStack(facts), channelsOf(facts),
    "## Changes",
    bullets([
      "Less than 5 minutes of interruption: any time; a backup is taken and 15 minutes are watched by itself.",
      "More than 5 minutes: in a window, announced 24 h before (SMS) or 48 h before (FETMS); staging first; watched for 1 h (`--critical`).",
      ...windows(facts),
    ]),
    shell([command('maintenance schedule <system> --from "2026-11-22T02:00:00Z" --until "2026-11-22T04:00:00Z"'), command("deploy <system> <version>"), command("deploy <system> <version> --gradual 10,50,100 --step 5m")]),
    "## Routine", `Lists of the runbooks; reports are kept in ${code(".stackbook/reports")}.`,
    shell(["daily", "weekly", "monthly", "quarterly"].map((list) => command(`check ${list}`))),
    routineOverview(["stack", ...facts.systems.filter(({ enabled }) => enabled).map(({ id }) => id)], titleOf),
    shell([command("check baseline"), command("report weekly")]),
    "## Who did what", shell([command("audit"), command("history")]),
  ]);
}

function systemsTable({ systems }: Facts): string {
  const lines = systems.map(({ enabled, id, url, version }) => [`[${titleOf(id)}](${pageOf(id)})`, enabled ? link(url) : "stopped", version]);
  return table(["system", "address", "version"], [...lines, [`[${titleOf("stack")}](${pageOf("stack")})`, "edge, host, monitoring, backups", ""]]);
}

const pageWords = { status: "status page, for everybody", grafana: "dashboards and logs", prometheus: "queries (operators)", alerts: "alerts that are on, silences (operators)" } as const;

function pagesTable({ facts, pages }: RunbookInput): string {
  const known = (["status", "grafana", "prometheus", "alerts"] as const).flatMap((name) => (pages[name] === undefined ? [] : [[pageWords[name], link(pages[name])]]));
  if (facts.monitoring === undefined) return "**Nothing is watched** (`stackbook:monitoring.enabled`).";
  return joined([table(["page", "address"], known), `Logins: ${code(`pulumi stack output credentials --show-secrets --stack ${facts.stack}`)}.`]).trimEnd();
}

function windows({ alerts, timeZone }: Facts): string[] {
  return alerts.windows.map(({ days, from, name, systems, timeZone: own, to }) => `Window ${code(name)}: ${days.join(", ")} ${from}-${to} (${own ?? timeZone}), ${systems === "all" ? "everything" : systems.map(titleOf).join(", ")}: no alerts meanwhile.`);
}

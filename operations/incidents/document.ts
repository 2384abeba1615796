import type { Incident } from "../statusAgent";

const severities: Readonly<Record<number, string>> = { 1: "Critical", 2: "High", 3: "Medium", 4: "Low" };
const head = "<!-- Everything up to the end of the timeline is written by `npx stackbook incident`; what follows it is yours. -->";
const end = "<!-- end of the timeline -->";

export interface Shown {
  readonly stack: string;
  readonly timeZone: string;
  /** The name people know the system by. */
  readonly title: string;
}

/** An incident's file for the working copy: facts and timeline made anew, the post-mortem kept as it was written. */
export function incidentDocument(incident: Incident, shown: Shown, existing: string | undefined): string {
  const at = existing?.indexOf(end) ?? -1;
  const own = existing === undefined ? postMortem(incident) : at === -1 ? `\n\n${existing}` : existing.slice(at + end.length);
  return `${generated(incident, shown)}\n${end}${own}`;
}

function generated(incident: Incident, shown: Shown): string {
  const { resolved } = incident;
  const rows: [string, string][] = [
    ["Incident", incident.id],
    ["Stack", shown.stack],
    ["Severity", `${incident.severity} (${severities[incident.severity] ?? ""})`],
    ["Status", incident.status],
    ["Impact", incident.impact],
    ["Began", moment(incident.startedAt, shown.timeZone)],
    ...(resolved === undefined
      ? [["ETA", incident.eta] as [string, string]]
      : ([["Resolved", moment(resolved.at, shown.timeZone)], ["Duration", duration(incident)], ["Resolution", resolved.resolution], ["Next steps", resolved.nextSteps]] as [string, string][])),
  ];
  return [
    `# ${plain(`${shown.title}: ${incident.issue}`)}`, "", head, "",
    "| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${plain(value)} |`), "",
    `## Timeline (${shown.timeZone})`, "",
    ...timeline(incident, shown.timeZone), "",
  ].join("\n");
}

function timeline(incident: Incident, timeZone: string): string[] {
  const { updates, resolved } = incident;
  const began = incident.startedAt === incident.openedAt ? [] : [`- ${moment(incident.startedAt, timeZone)}: it began`];
  const lines = updates.map(({ at, by, status, message, eta, severity }, index) => {
    const before = updates[index - 1];
    const news = [
      ...(index === 0 ? ["opened"] : []),
      ...(before === undefined || before.status !== status ? [status] : []),
      ...(before !== undefined && before.severity !== severity ? [`severity ${severity}`] : []),
      ...(before !== undefined && before.eta !== eta ? [`ETA ${eta}`] : []),
      ...(message === undefined ? [] : [message]),
    ];
    return `- ${moment(at, timeZone)}: ${plain(news.join("; ") || status)} (${plain(by)})`;
  });
  return [...began, ...lines, ...(resolved === undefined ? [] : [`- ${moment(resolved.at, timeZone)}: resolved; ${plain(resolved.resolution)} (${plain(resolved.by)})`])];
}

function postMortem(incident: Incident): string {
  return `

## Post-mortem

Without blame: what let it happen, not who.

### What happened

### Root cause

### How it was noticed, and what would have noticed it sooner

### What went well, what did not

### Actions

| action | owner | by |
|---|---|---|
${incident.severity <= 2 ? "| write this post-mortem within 5 working days | | |\n" : ""}`;
}

/** One line of Markdown that is nothing but text: no row, comment or element of its own. */
function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\|<>]/g, (character) => `\\${character}`).trim();
}

export function moment(iso: string, timeZone: string): string {
  // Sweden writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(new Date(iso));
}

export function duration({ startedAt, resolved }: Incident, now = new Date()): string {
  const minutes = Math.floor(((resolved === undefined ? now.getTime() : Date.parse(resolved.at)) - Date.parse(startedAt)) / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

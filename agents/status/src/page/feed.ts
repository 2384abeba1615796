import { spanOf } from "../time";
import { markup, type Markup } from "./html";
import type { IncidentView, StatusView } from "./view";

/** Atom (RFC 4287): one entry an incident, changed by each update. */
export function renderFeed(view: StatusView): string {
  const home = view.url ?? "/";
  const entries = [...view.open, ...view.past];
  const updated = entries.map(updatedAt).sort().at(-1) ?? "1970-01-01T00:00:00.000Z";
  return markup`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>${identity(view, "feed")}</id>
<title>${view.title}</title>
<updated>${updated}</updated>
<author><name>${view.title}</name></author>
<link rel="alternate" type="text/html" href="${home}"/>
<link rel="self" type="application/atom+xml" href="${new URL("feed.xml", absolute(home)).toString()}"/>
${entries.map((entry) => renderEntry(entry, view, home))}</feed>
`.text;
}

function renderEntry(incident: IncidentView, view: StatusView, home: string): Markup {
  return markup`<entry>
<id>${identity(view, incident.id)}</id>
<title>${incident.resolved === undefined ? incident.status : "Resolved"}: ${incident.systemTitle}: ${incident.issue}</title>
<published>${incident.openedAt}</published>
<updated>${updatedAt(incident)}</updated>
<link rel="alternate" type="text/html" href="${home}#${incident.id}"/>
<content type="text">${describe(incident)}</content>
</entry>
`;
}

function describe(incident: IncidentView): string {
  const { resolved } = incident;
  return [
    `Severity ${incident.severity} (${incident.severityTitle})`,
    `Impact: ${incident.impact}`,
    ...(resolved === undefined
      ? [`Status: ${incident.status}`, `ETA: ${incident.eta}`]
      : [`Resolution: ${resolved.resolution}`, `Duration: ${spanOf(incident.durationMs)}`, `Next steps: ${resolved.nextSteps}`]),
    ...[...incident.updates].reverse().map(({ at, status, message }) => `${at} ${status}${message === undefined ? "" : `: ${message}`}`),
  ].join("\n");
}

function updatedAt({ resolved, updates, openedAt }: IncidentView): string {
  return resolved?.at ?? updates.at(-1)?.at ?? openedAt;
}

/** The same for ever, whatever address the page gets (RFC 4151 wants a name and a date). */
function identity(view: StatusView, id: string): string {
  return `tag:${new URL(absolute(view.url ?? "/")).hostname},2026:stackbook/${id}`;
}

function absolute(url: string): string {
  return URL.canParse(url) ? (url.endsWith("/") ? url : `${url}/`) : "http://status.invalid/";
}

import { createHash } from "node:crypto";
import { percent } from "../digest/text";
import { clockOf, dayOf, shortDay, spanOf, stampOf } from "../time";
import { markup, Markup } from "./html";
import { style } from "./style";
import type { DayView, IncidentView, State, StatusView, SystemView } from "./view";

/** Nothing but this one style: no script, no image, no font, no other host. */
export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const stateNames: Record<State, string> = {
  operational: "Operational", degraded: "Degraded", outage: "Outage", maintenance: "Maintenance", unknown: "Not known",
};
const overall: Record<State, string> = {
  operational: "All systems are operational", degraded: "Some systems are degraded", outage: "There is an outage",
  maintenance: "Maintenance is under way", unknown: "The state of some systems is not known at the moment",
};

export function renderPage(view: StatusView): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${view.title}: ${overall[view.state]}</title>
<link rel="alternate" type="application/atom+xml" title="${view.title}" href="/feed.xml">
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<h1>${view.title}</h1>
<p class="overall ${view.state}" role="status">${overall[view.state]}</p>
</header>
<main>
${view.open.length > 0 && markup`<h2>Open incidents</h2>\n${view.open.map((incident) => renderIncident(incident, view))}`}
${view.maintenance.length + view.closed.length > 0 && renderMaintenance(view)}
<h2>Systems</h2>
${view.systems.length === 0 ? markup`<p>No system runs in this stack.</p>` : view.systems.map(renderSystem)}
<h2>Past incidents</h2>
${view.past.length === 0 ? markup`<p>None in the last 90 days.</p>` : view.past.map((incident) => renderIncident(incident, view))}
</main>
<footer>
<p>${view.checkedAt === undefined ? "Not checked yet." : markup`Checked at ${time(view.checkedAt, view)}.`} Times are in ${view.timeZone}. <a href="/feed.xml">Feed</a> · <a href="/api/status.json">JSON</a></p>
</footer>
</body>
</html>
`.text;
}

function renderSystem(system: SystemView): Markup {
  const known = system.days.filter(({ ratio }) => ratio !== undefined);
  const bad = known.filter(({ state }) => state !== "operational");
  const ratio = system.ratio === undefined ? "not checked yet" : `${percent(system.ratio)} available`;
  return markup`<section class="system">
<div class="row"><h3>${system.url === undefined ? system.title : markup`<a href="${system.url}">${system.title}</a>`}</h3><span class="state ${system.state}">${stateNames[system.state]}</span></div>
<ol class="days" role="img" aria-label="${`${system.days.length} days: ${ratio}; ${bad.length} of ${known.length} days checked had failures`}">
${system.days.map((day) => markup`<li class="${day.state}" title="${dayText(day)}"></li>`)}
</ol>
<div class="row soft"><span class="early"><span>${system.days.length} days ago</span></span><span>${ratio}</span><span>today</span></div>
${bad.length > 0 && markup`<details><summary>Days with failures (${bad.length})</summary><ul>${bad.map((day) => markup`<li>${dayText(day)}</li>`)}</ul></details>`}
</section>
`;
}

function dayText({ day, ratio, state }: DayView): string {
  if (ratio !== undefined) return `${shortDay(day)}: ${percent(ratio)} available`;
  return `${shortDay(day)}: ${state === "maintenance" ? "maintenance" : "not checked"}`;
}

function renderIncident(incident: IncidentView, view: StatusView): Markup {
  const { resolved } = incident;
  const state = resolved !== undefined ? "operational" : incident.severity === 1 ? "outage" : incident.severity === 4 ? "unknown" : "degraded";
  return markup`<article class="incident ${state}" id="${incident.id}">
<div class="row"><h3>${incident.systemTitle}: ${incident.issue}</h3><span class="state ${state}">${resolved === undefined ? incident.status : "Resolved"}</span></div>
<dl>
<dt>Severity</dt><dd>${incident.severity} (${incident.severityTitle})</dd>
<dt>Impact</dt><dd>${incident.impact}</dd>
${resolved === undefined ? markup`<dt>ETA</dt><dd>${incident.eta}</dd>` : markup`<dt>Resolution</dt><dd>${resolved.resolution}</dd>\n<dt>Next steps</dt><dd>${resolved.nextSteps}</dd>`}
<dt>${resolved === undefined ? "Since" : "Duration"}</dt><dd>${resolved === undefined ? markup`${time(new Date(incident.startedAt), view)} (${spanOf(incident.durationMs)})` : markup`${spanOf(incident.durationMs)}, from ${time(new Date(incident.startedAt), view)}`}</dd>
</dl>
<ul class="updates">
${resolved !== undefined && markup`<li>${time(new Date(resolved.at), view)} <strong>Resolved</strong></li>`}
${[...incident.updates].reverse().map((update) => markup`<li>${time(new Date(update.at), view)} <strong>${update.status}</strong>${update.message === undefined ? "" : markup` ${update.message}`}</li>\n`)}
</ul>
</article>
`;
}

function renderMaintenance(view: StatusView): Markup {
  const names = (systems: StatusView["maintenance"][number]["systems"]): string =>
    systems === "all" ? "All systems" : systems.map((id) => view.systems.find((system) => system.id === id)?.title ?? id).join(", ");
  return markup`<h2>Maintenance</h2>
<ul>
${view.closed.map((closing) => renderClosed(closing, names(closing.systems), view))}${view.maintenance.map((window) => markup`<li>${window.active && markup`<strong class="state maintenance">Now:</strong> `}${names(window.systems)}, ${shortDay(window.day)}, ${window.from} to ${window.to} (${window.timeZone}): ${window.name}</li>\n`)}
</ul>
`;
}

function renderClosed({ active, endsAt, message, startsAt }: StatusView["closed"][number], systems: string, view: StatusView): Markup {
  const from = startsAt === null ? "" : markup` from ${time(new Date(startsAt), view)}`;
  const until = endsAt === null ? " until further notice" : markup` until ${time(new Date(endsAt), view)}`;
  return markup`<li>${active && markup`<strong class="state maintenance">Now:</strong> `}${systems}, closed${from}${until}${message !== null && markup`: ${message}`}</li>\n`;
}

function time(date: Date, { timeZone, now }: StatusView): Markup {
  const text = dayOf(date, timeZone) === dayOf(now, timeZone) ? clockOf(date, timeZone) : stampOf(date, timeZone);
  return markup`<time datetime="${date.toISOString()}">${text}</time>`;
}

import { titleOf, type StatusConfig } from "./config";
import type { ClosingNews } from "./closed";
import { lasted, severities, type Incident } from "./incidents";
import type { Change, Release } from "./releases";
import { spanOf, stampOf } from "./time";

/** What the channels are told: a subject, and the text below it. */
export interface Message {
  readonly title: string;
  readonly text: string;
}

/** MemoApp's runbook, "Incident Notification". */
export function openedMessage(incident: Incident, config: StatusConfig): Message {
  return {
    title: `INCIDENT: ${titleOf(config, incident.system)}: ${incident.issue}`,
    text: [
      `INCIDENT ALERT - ${level(incident)}`,
      ...about(incident, config),
      `Impact: ${incident.impact}`,
      `Status: ${incident.status}`,
      `ETA: ${incident.eta}`,
      `Updates: Will provide updates every ${config.runbookUpdateMinutes} minutes`,
      ...page(config),
    ].join("\n"),
  };
}

/** The promised update: the same lines with what is new. */
export function updatedMessage(incident: Incident, config: StatusConfig): Message {
  const message = incident.updates.at(-1)?.message;
  return {
    title: `INCIDENT UPDATE: ${titleOf(config, incident.system)}: ${incident.issue}`,
    text: [
      `INCIDENT UPDATE - ${level(incident)}`,
      ...about(incident, config),
      `Impact: ${incident.impact}`,
      `Status: ${incident.status}`,
      ...(message === undefined ? [] : [`News: ${message}`]),
      `ETA: ${incident.eta}`,
      ...page(config),
    ].join("\n"),
  };
}

/** MemoApp's runbook, "Resolution Notification". */
export function resolvedMessage(incident: Incident, config: StatusConfig, now: Date): Message {
  return {
    title: `RESOLVED: ${titleOf(config, incident.system)}: ${incident.issue}`,
    text: [
      "INCIDENT RESOLVED",
      ...about(incident, config),
      `Resolution: ${incident.resolved?.resolution ?? ""}`,
      `Duration: ${spanOf(lasted(incident, now))}`,
      `Next Steps: ${incident.resolved?.nextSteps ?? ""}`,
      ...page(config),
    ].join("\n"),
  };
}

/** To those who work on it: the promise of an update every 30 minutes is due. */
export function reminderMessage(incident: Incident, config: StatusConfig, now: Date): Message {
  const last = incident.updates.at(-1)?.at ?? incident.openedAt;
  return {
    title: `UPDATE DUE: ${titleOf(config, incident.system)}: ${incident.issue}`,
    text: [
      `The last word on this incident was ${spanOf(now.getTime() - Date.parse(last))} ago; updates were promised every ${config.runbookUpdateMinutes} minutes.`,
      ...about(incident, config),
      `Status: ${incident.status}`,
      `Tell people more: npx stackbook incident update ${incident.id} --message "..."`,
      `Or that it is over: npx stackbook incident resolve ${incident.id} --resolution "..."`,
    ].join("\n"),
  };
}

export function changeMessage(change: Change, config: StatusConfig): Message {
  const name = titleOf(config, change.system);
  const said = sentence(change, name);
  return {
    title: `${change.kind === "rollback" ? "ROLLBACK" : "DEPLOY"}: ${said.title}`,
    text: [
      `${said.text} in stack ${config.stack} (${config.environment}).`,
      ...(change.from === undefined || change.what === "stopped" ? [] : [`Before: ${describe(change.from)}`]),
      ...(change.what === "stopped" ? [] : [`Now: ${describe(change.to)}`]),
      `Who and why: pulumi stack history --stack ${config.stack}`,
      ...page(config),
    ].join("\n"),
  };
}

/** Planned, begun, changed, over or called off: people hear each once. */
export function closingMessage({ from, message, systems, until, what }: ClosingNews, config: StatusConfig): Message {
  const names = systems.length === 0 ? "All systems" : systems.map((id) => titleOf(config, id)).join(", ");
  const at = (moment: string): string => `${stampOf(new Date(moment), config.timeZone)} (${config.timeZone})`;
  const isOver = what === "over" || what === "cancelled";
  const heads = { planned: "PLANNED", begun: "BEGUN", changed: "CHANGED", over: "OVER", cancelled: "CANCELLED" } as const;
  return {
    title: `MAINTENANCE ${heads[what]}: ${names}${isOver || what === "begun" || from === undefined ? "" : `, ${at(from)}`}`,
    text: [
      isOver ? `${names}: ${what === "over" ? "maintenance is over, visitors are let in again" : "planned maintenance was called off"}.` : `${names}: visitors are turned away during maintenance.`,
      ...(isOver ? [] : [`From: ${from === undefined ? "now" : at(from)}`, `Until: ${until === undefined ? "further notice" : at(until)}`, ...(message === undefined ? [] : [`Visitors read: ${message}`])]),
      ...page(config),
    ].join("\n"),
  };
}

function sentence({ kind, what, from, to }: Change, name: string): { readonly title: string; readonly text: string } {
  const was = from?.version ?? "";
  switch (what) {
    case "first":
      return { title: `${name} ${to.version} runs`, text: `${name} ${to.version} runs for the first time` };
    case "stopped":
      return { title: `${name} was stopped`, text: `${name} ${was} was stopped` };
    case "started":
      return { title: `${name} ${to.version} was started again`, text: `${name} ${to.version} was started again` };
    case "version":
      return kind === "rollback"
        ? { title: `${name} ${was} back to ${to.version}`, text: `${name} was rolled back from ${was} to ${to.version}` }
        : { title: `${name} ${was} to ${to.version}`, text: `${name} was updated from ${was} to ${to.version}` };
    case "content":
      return { title: `${name} ${to.version}, ${kind === "rollback" ? "an earlier" : "another"} build`, text: `${name} ${to.version} runs from ${kind === "rollback" ? "earlier" : "other"} images` };
    case "settings":
      return { title: `${name} ${to.version}, ${kind === "rollback" ? "earlier" : "new"} settings`, text: `${name} ${to.version} runs with ${kind === "rollback" ? "earlier" : "new"} settings` };
  }
}

function describe({ version, images }: Release): string {
  const list = Object.entries(images).map(([service, image]) => `${service} ${image}`);
  return list.length === 0 ? version : `${version} (${list.join(", ")})`;
}

function level({ severity }: Incident): string {
  return `Severity ${severity} (${severities[severity].title})`;
}

function about(incident: Incident, config: StatusConfig): string[] {
  return [`Service: ${titleOf(config, incident.system)}`, `Issue: ${incident.issue}`];
}

function page({ publicUrl }: StatusConfig): string[] {
  return publicUrl === undefined ? [] : [`Status page: ${publicUrl}`];
}

import type { Facts, SystemFacts } from "../../config/facts";
import { systems, systemIds, type SystemId } from "../../systems";
import { contactRoles, runbookContacts, type ContactRole } from "../../systems/contacts";
import { responsesOf } from "./incidents";
import { bullets, code, joined, table, titleOf } from "./words";

/** Whom to call, and who is told by itself. */

/** Of one system: its own people over the stack's. */
export function peopleOf(facts: Facts, system: SystemFacts): string {
  const { escalation, roles } = runbookContacts[system.id];
  const shown = [...new Set([...escalation, ...roles, ...(Object.keys(system.contacts) as ContactRole[])])];
  const lines = shown.map((role) => [contactRoles[role], reach(system.contacts[role], facts, `systems.${system.id}.contacts.${role}`)]);
  const path = escalation.length === 0 ? "" : `Escalation, when the one before can't solve it: ${escalation.map((role) => contactRoles[role]).join(", then ")}.`;
  return joined([
    lines.length === 0 ? "The runbook names nobody." : table(["who", "how to reach"], lines), path,
    table(["level", "means", "answer within"], responsesOf(system.id).map(({ level, means, within }) => [level, means, within])),
    channelsOf(facts, system.id),
  ]).trimEnd();
}

/** Of the stack: everybody whom any runbook of its systems names. */
export function peopleOfStack(facts: Facts): string {
  const named = facts.systems.filter(({ enabled }) => enabled).flatMap(({ id }) => [...runbookContacts[id].roles, ...runbookContacts[id].escalation]);
  const roles = (Object.keys(contactRoles) as ContactRole[]).filter((role) => named.includes(role) || facts.contacts[role] !== undefined);
  const own = (role: ContactRole): string[] => facts.systems.filter(({ contacts }) => contacts[role] !== undefined && contacts[role] !== facts.contacts[role]).map(({ contacts, id }) => `${systems[id].title}: ${contacts[role] ?? ""}`);
  return table(["who", "how to reach"], roles.map((role) => [contactRoles[role], [reach(facts.contacts[role], facts, `contacts.${role}`), ...own(role)].join("; ")]));
}

function reach(given: string | undefined, { contact }: Facts, key: string): string {
  if (given !== undefined) return given;
  return `${contact === undefined ? "not given" : contact} (set ${code(`stackbook:${key}`)})`;
}

export function channelsOf({ alerts }: Facts, system?: SystemId): string {
  if (alerts.channels.length === 0) return "**Nobody is told of anything**: there is no channel (`stackbook:alerts.channels`). Alerts show in Alertmanager and by `npx stackbook status` only.";
  const nameOf = (name: string): string => {
    const channel = alerts.channels.find((each) => each.name === name);
    return channel === undefined ? name : `${name} (${channel.kind}${channel.to === undefined ? "" : `, ${channel.to}`})`;
  };
  const names = (list: readonly string[]): string => (list.length === 0 ? "nobody" : list.map(nameOf).join(", "));
  const own = system === undefined ? undefined : alerts.systemRoutes[system];
  const lines = [
    `Pages (somebody is woken): ${names(own?.page ?? alerts.routes.page)}.`, `Tickets (working hours): ${names(own?.ticket ?? alerts.routes.ticket)}.`,
    `Daily report at ${alerts.digestAt}: ${names(alerts.routes.digest)}.`, `Deploys, rollbacks, incidents: ${names(alerts.notices)}.`,
    ...(alerts.escalation.channels.length === 0 ? [] : [`A second-rank ticket that is open for ${alerts.escalation.afterMinutes} min becomes a page, and goes to ${names(alerts.escalation.channels)} besides.`]),
    ...(system === undefined ? systemIds.flatMap((id) => (alerts.systemRoutes[id]?.page === undefined ? [] : [`Pages of ${titleOf(id)}: ${names(alerts.systemRoutes[id].page)}.`])) : []),
    ...(system !== undefined || alerts.deadMansSwitch ? [] : ["There is no dead man's switch: when the host is gone, nobody hears of it (`pulumi config set --secret alerts:deadMansSwitch`)."]),
  ];
  return bullets(lines);
}

import { z } from "zod";
import type { Agent } from "./agent";
import { auditEntry, type AuditEntry } from "./audit";
import { openIncident, resolveIncident, updateIncident, type Incident } from "./incidents";
import { checked, ProblemsError } from "../../common/problems";
import { noticeKinds, type Notice } from "./state";
import { openedMessage, resolvedMessage, updatedMessage, type Message } from "./templates";
import { dayOf } from "./time";

/** What an operator is answered, as JSON. */
export interface Answer {
  readonly incident?: Incident;
  readonly incidents?: readonly Incident[];
  readonly notice?: Message & { readonly id: string; readonly delivered: boolean };
  readonly audit?: readonly AuditEntry[];
  readonly page?: string;
  readonly updateMinutes: number;
  readonly timeZone: string;
  /** Names people know the systems by. */
  readonly titles: Readonly<Record<string, string>>;
}

type Action = (agent: Agent, input: unknown) => Promise<Answer>;

const target = z.looseObject({ id: z.string().optional(), system: z.string().optional() });
const listing = z.object({ all: z.boolean().default(false), system: z.string().optional() });
const auditing = z.object({ limit: z.number().int().min(1).max(10_000).default(50), system: z.string().optional() });
const telling = z.object({
  kind: z.enum(noticeKinds).exclude(["incident", "digest"]),
  system: z.string().default("stack"), title: z.string().trim().min(1).max(300), text: z.string().trim().min(1).max(8000),
});

/** Everything that can be asked of a running agent from inside its container, by name. */
export const actions: Readonly<Record<string, Action>> = {
  "incident open": async (agent, input) => {
    const incident = openIncident(input, {
      ...rules(agent), systems: agent.systemNames(), day: dayOf(agent.options.now(), agent.config.timeZone), taken: (id) => agent.incidents.has(id),
    });
    return tell(agent, incident, openedMessage(incident, agent.config));
  },
  "incident update": async (agent, input) => {
    const incident = updateIncident(find(agent, input), input, rules(agent));
    return tell(agent, incident, updatedMessage(incident, agent.config));
  },
  "incident resolve": async (agent, input) => {
    const incident = resolveIncident(find(agent, input), input, rules(agent));
    return tell(agent, incident, resolvedMessage(incident, agent.config, agent.options.now()));
  },
  "incident list": (agent, input) => {
    const { all, system } = checked("incidents can't be listed", listing, input);
    const incidents = (all ? agent.incidents.all() : agent.incidents.open()).filter((entry) => system === undefined || entry.system === system);
    return Promise.resolve({ incidents, ...common(agent) });
  },
  "audit append": (agent, input) => {
    agent.audit.append(checked("the operation was not recorded", auditEntry, input));
    return Promise.resolve(common(agent));
  },
  "audit list": (agent, input) => {
    const { limit, system } = checked("operations can't be listed", auditing, input);
    return Promise.resolve({ audit: agent.audit.list(limit, system), ...common(agent) });
  },
  notice: async (agent, input) => {
    const { kind, system, title, text } = checked("the notice can't be sent", telling, input);
    if (!agent.systemNames().includes(system)) throw new ProblemsError("the notice can't be sent", [`system is ${system}: use one of ${agent.systemNames().join(", ")}`]);
    return { notice: await deliver(agent, agent.outbox.add(kind, system, { title, text })), ...common(agent) };
  },
};

function find(agent: Agent, input: unknown): Incident {
  const { id, system } = checked("which incident?", target, input);
  if (id !== undefined || system === undefined) return agent.incidents.find(id);
  const own = agent.incidents.open().filter((entry) => entry.system === system);
  return own.length === 1 && own[0] !== undefined ? own[0] : agent.incidents.find(undefined);
}

async function tell(agent: Agent, incident: Incident, message: Message): Promise<Answer> {
  agent.incidents.save(incident);
  return { incident, notice: await deliver(agent, agent.outbox.add("incident", incident.system, message)), ...common(agent) };
}

async function deliver(agent: Agent, { id, title, text }: Notice): Promise<NonNullable<Answer["notice"]>> {
  return { id, title, text, delivered: await agent.send() };
}

function rules(agent: Agent): { readonly now: Date; readonly updateMinutes: number } {
  return { now: agent.options.now(), updateMinutes: agent.config.runbookUpdateMinutes };
}

function common({ config }: Agent): Pick<Answer, "page" | "updateMinutes" | "timeZone" | "titles"> {
  return {
    updateMinutes: config.runbookUpdateMinutes, timeZone: config.timeZone,
    titles: { ...Object.fromEntries(config.systems.map(({ id, title }) => [id, title])), stack: "All systems" },
    ...(config.publicUrl === undefined ? {} : { page: config.publicUrl }),
  };
}

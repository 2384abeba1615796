import { duration } from "../base/say.mjs";
import { shortType, urnName } from "./state.mjs";

const verbs = {
  create: "created", update: "updated", delete: "removed", replace: "replaced", "create-replacement": "created (replacement)",
  "delete-replaced": "removed (replaced)", refresh: "looked at", import: "taken over", "discard-replaced": "let go", "remove-pending-replace": "let go",
};
const signs = { create: "+", "create-replacement": "+", update: "~", delete: "-", "delete-replaced": "-", refresh: " ", replace: "~" };
/** Said by others: components and providers change nothing by themselves, a "replace" is told by its two halves. */
const silent = new Set(["same", "read", "replace", "read-replacement", "refresh"]);

/** Reads the CLI's event stream into lines for people: one per thing that really changed, and every error whole. */
export class Progress {
  #say;
  #running = new Map();
  #started = Date.now();
  #quietSince = Date.now();
  #timer;
  /** @type {{ urn?: string, text: string }[]} */
  errors = [];
  warnings = [];
  /** Of the policy pack, that refuse nothing. @type {{ policy: string, text: string }[]} */
  findings = [];
  /** @type {Record<string, number>} */
  changes = {};

  /** @param {import("../base/say.mjs").Say} say */
  constructor(say, { everySeconds = 10 } = {}) {
    this.#say = say;
    this.#timer = setInterval(() => this.#tick(everySeconds), 1000);
  }

  close() {
    clearInterval(this.#timer);
    this.#say.status("");
  }

  /** @param {string} line one event, JSON; anything else is not an event */
  read(line) {
    if (!line.startsWith("{")) return false;
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      return false;
    }
    this.take(event);
    return true;
  }

  take(event) {
    if (event.resourcePreEvent) this.#begin(event.resourcePreEvent.metadata);
    else if (event.resOutputsEvent) this.#end(event.resOutputsEvent.metadata);
    else if (event.resOpFailedEvent) this.#fail(event.resOpFailedEvent.metadata);
    else if (event.diagnosticEvent) this.#diagnostic(event.diagnosticEvent);
    else if (event.policyEvent) this.#policy(event.policyEvent);
    else if (event.summaryEvent) this.changes = event.summaryEvent.resourceChanges ?? {};
  }

  #begin({ op, urn, type }) {
    if (silent.has(op) || isQuiet(type)) return;
    this.#running.set(urn, { op, type, since: Date.now() });
  }

  #end({ op, urn, type }) {
    const begun = this.#running.get(urn);
    if (silent.has(op) || isQuiet(type)) return;
    this.#running.delete(urn);
    const seconds = (Date.now() - (begun?.since ?? Date.now())) / 1000;
    this.#line(`  ${signs[op] ?? "~"} ${urnName(urn).padEnd(34)} ${verbs[op] ?? op} (${shortType(type)}${seconds < 0.95 ? "" : `, ${duration(seconds)}`})`);
  }

  #fail({ op, urn, type }) {
    this.#running.delete(urn);
    this.#line(`  ! ${urnName(urn).padEnd(34)} could not be ${verbs[op] ?? op} (${shortType(type)})`);
  }

  #diagnostic({ urn, message, severity, ephemeral }) {
    const text = strip(message).trim();
    if (ephemeral || text === "") return;
    if (severity === "error") this.errors.push({ urn, text });
    else if (severity === "warning") this.warnings.push({ urn, text });
  }

  #policy({ resourceUrn, message, policyName, enforcementLevel }) {
    const text = `policy ${policyName}: ${strip(message).trim()}`;
    if (enforcementLevel === "mandatory") this.errors.push({ urn: resourceUrn, text });
    else this.findings.push({ policy: policyName, text });
  }

  #line(text) {
    this.#quietSince = Date.now();
    this.#say.line(text);
  }

  #tick(everySeconds) {
    const total = Math.round((Date.now() - this.#started) / 1000);
    const waiting = [...this.#running].map(([urn, { since }]) => `${urnName(urn)} ${Math.round((Date.now() - since) / 1000)} s`);
    const text = `  ... ${total} s, ${waiting.length === 0 ? "comparing with what is there" : `waiting for ${waiting.slice(0, 4).join(", ")}${waiting.length > 4 ? ` and ${waiting.length - 4} more` : ""}`}`;
    this.#say.status(text);
    if (!this.#say.isTerminal && Date.now() - this.#quietSince >= everySeconds * 1000) this.#line(text);
  }

  /** How many resources were really changed. */
  get changed() {
    return Object.entries(this.changes).reduce((sum, [op, count]) => sum + (op === "same" || op === "read" || op === "refresh" ? 0 : count), 0);
  }
}

/** The stack itself, components and providers. */
const isQuiet = (type) => type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:") || /^stackbook:/.test(type);

/** Colour marks of the engine, `<{%fg 1%}>`, and of terminals. */
export const strip = (text) => text.replace(/<\{%.*?%\}>/g, "").replace(/\x1b\[[0-9;]*m/g, "");

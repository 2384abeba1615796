import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AuditTrail } from "./audit";
import { parseStatusConfig, readStatusConfig, type StatusConfig } from "./config";
import { DigestWriter } from "./digest/writer";
import { History } from "./history";
import { IncidentStore, isDue, remindIncident } from "./incidents";
import { compareClosings, isClosed } from "./closed";
import { describeError, type Log } from "../../common/log";
import { isInMaintenance } from "./maintenance";
import { Outbox } from "./outbox";
import { viewOf, type StatusView } from "./page/view";
import { Prometheus } from "./prometheus";
import { compareReleases } from "./releases";
import { StateFile } from "./state";
import { changeMessage, closingMessage, reminderMessage } from "./templates";
import { dayOf } from "./time";

export interface AgentOptions {
  readonly configPath: string;
  readonly dataFolder: string;
  readonly intervalSeconds: number;
  readonly now: () => Date;
  readonly log: Log;
}

/** The endpoints the blackbox exporter asks through the edge, as a visitor does; the worst of a system counts. */
const availability = 'min by (system) (probe_success{job="blackbox"})';

/** What is done every half minute, and what is remembered from one time to the next. */
export class Agent {
  config: StatusConfig;
  readonly state: StateFile;
  readonly history: History;
  readonly incidents: IncidentStore;
  readonly outbox: Outbox;
  readonly audit: AuditTrail;
  /** When the last round ended, for the health check. */
  roundAt: Date;
  private readonly prometheus: Prometheus;
  private readonly digest: DigestWriter;
  private readonly checks = new Map<string, { readonly up: boolean; readonly at: Date }>();
  private checkedAt: Date | undefined;
  private configText = "";
  private prometheusFails = false;

  constructor(readonly options: AgentOptions) {
    const { configPath, dataFolder, log, now } = options;
    this.config = readStatusConfig(configPath);
    this.state = new StateFile(join(dataFolder, "state.json"), log);
    this.history = new History(join(dataFolder, "history"), log);
    this.incidents = new IncidentStore(join(dataFolder, "incidents"), log);
    this.outbox = new Outbox(this.state, { alertmanagerUrl: () => this.config.alertmanagerUrl, pageUrl: () => this.config.publicUrl, now, log });
    this.audit = new AuditTrail(join(dataFolder, "audit"), log);
    this.prometheus = new Prometheus(() => this.config.prometheusUrl);
    this.digest = new DigestWriter(this, this.prometheus);
    this.roundAt = now();
  }

  /** One round; a step that fails never keeps the next from its turn. */
  async round(): Promise<void> {
    await this.step("the configuration was not read", () => this.reload());
    await this.step("the systems were not checked", () => this.check());
    await this.step("updates were not looked for", () => this.compare());
    await this.step("maintenance was not told", () => this.announce());
    await this.step("reminders were not written", () => this.remind());
    await this.step("the digest was not written", () => this.digest.writeIfDue());
    await this.step("notices were not sent", () => this.send());
    this.roundAt = this.options.now();
  }

  /** After a signal: the configuration is new. */
  async reloaded(): Promise<void> {
    await this.step("the configuration was not read", () => this.reload());
    await this.step("updates were not looked for", () => this.compare());
    await this.step("maintenance was not told", () => this.announce());
    await this.step("notices were not sent", () => this.send());
  }

  /** Sends what waits; true when nothing is left to send. */
  async send(): Promise<boolean> {
    const sent = await this.outbox.flush();
    const accepted = this.state.value.outbox.filter(({ kind }) => kind === "digest").at(-1)?.acceptedAt;
    if (accepted !== undefined && accepted !== this.state.value.digestSentAt) this.state.change({ digestSentAt: accepted });
    return sent;
  }

  /** Systems' ids, and "stack". */
  systemNames(): string[] {
    return [...this.config.systems.map(({ id }) => id), "stack"];
  }

  view(): StatusView {
    const { now, intervalSeconds } = this.options;
    return viewOf({
      config: this.config, history: this.history, incidents: this.incidents.all(), checks: this.checks, now: now(),
      // Three rounds without an answer, or two minutes.
      freshMs: Math.max(3 * intervalSeconds, 120) * 1000,
      ...(this.checkedAt === undefined ? {} : { checkedAt: this.checkedAt }),
    });
  }

  private reload(): void {
    const text = readFileSync(this.options.configPath, "utf8");
    if (text === this.configText) return;
    // A bad one is said each round and changes nothing.
    this.config = parseStatusConfig(text, this.options.configPath);
    this.configText = text;
  }

  private async check(): Promise<void> {
    const { log, now } = this.options;
    let samples;
    try {
      samples = await this.prometheus.query(availability);
    } catch (error) {
      if (!this.prometheusFails) log.warn("Prometheus does not answer; the page says that the state is not known", { error: describeError(error) });
      this.prometheusFails = true;
      return;
    }
    if (this.prometheusFails) log.info("Prometheus answers again");
    this.prometheusFails = false;
    const at = now();
    const today = dayOf(at, this.config.timeZone);
    this.checkedAt = at;
    for (const { id } of this.config.systems) {
      const sample = samples.find(({ labels }) => labels["system"] === id);
      // Not checked is neither up nor down.
      if (sample === undefined || Number.isNaN(sample.value)) continue;
      const up = sample.value === 1;
      this.checks.set(id, { up, at });
      // Checks come from inside, where a closed system may answer well: visitors can't reach it.
      const excused = isClosed(this.config, id, at) || (!up && isInMaintenance(this.config, id, at));
      this.history.record(today, id, excused ? "maintenance" : up ? "up" : "down");
    }
    this.history.save(today);
  }

  private compare(): void {
    const { releases, changes } = compareReleases(this.state.value.releases, this.config.systems, this.options.now());
    if (changes.length === 0) return;
    // Notices first: a crash in between tells a thing twice rather than never.
    for (const change of changes) this.outbox.add(change.kind, change.system, changeMessage(change, this.config));
    this.state.change({ releases });
    for (const { kind, system, what, to } of changes) this.options.log.info("an update was seen", { kind, system, what, version: to.version });
  }

  private announce(): void {
    const now = this.options.now();
    const { closings, news } = compareClosings(this.state.value.closings, this.config, now);
    if (news.length === 0) return;
    for (const item of news) this.outbox.add("maintenance", item.systems.length === 1 ? (item.systems[0] ?? "stack") : "stack", closingMessage(item, this.config));
    this.state.change({ closings });
    for (const { systems, what } of news) this.options.log.info("maintenance was told", { systems: systems.join(","), what });
  }

  private remind(): void {
    const now = this.options.now();
    for (const incident of this.incidents.open().filter((entry) => isDue(entry, now))) {
      this.outbox.add("incident", incident.system, reminderMessage(incident, this.config, now));
      this.incidents.save(remindIncident(incident, { now, updateMinutes: this.config.runbookUpdateMinutes }));
    }
  }

  private async step(what: string, work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.log.error(what, { error: describeError(error) });
    }
  }
}

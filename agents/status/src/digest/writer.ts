import type { Agent } from "../agent";
import { describeError } from "../../../common/log";
import type { Prometheus } from "../prometheus";
import { dayOf, shiftDay } from "../time";
import { firedAlerts, firedQuery } from "./episodes";
import { nextDigest } from "./schedule";
import { digestMessage, type Report } from "./text";

const stepSeconds = 60;
const dayMs = 86_400_000;
/** Prometheus gives 11,000 points a series at most: seven days of minutes. */
const longestMs = 7 * dayMs;
/** So long a digest waits for a Prometheus that is away. */
const patienceMs = 3600_000;

/** Once a day, also when the agent was away at the hour: what happened since the last one. */
export class DigestWriter {
  constructor(private readonly agent: Agent, private readonly prometheus: Prometheus) {
    // The first digest reports from the agent's first start, and one that never comes is missed from there.
    const { options, state } = agent;
    const now = options.now().toISOString();
    if (state.value.digestUntil === undefined) state.change({ digestUntil: now, digestSentAt: now });
  }

  async writeIfDue(): Promise<void> {
    const { agent } = this;
    const { config, state } = agent;
    const now = agent.options.now();
    const until = new Date(state.value.digestUntil ?? now);
    const due = nextDigest(until, config.digestAt, config.timeZone);
    if (due > now) return;
    const from = new Date(Math.max(until.getTime(), now.getTime() - longestMs));
    const alerts = await this.alerts(from, now);
    if (alerts === undefined && now.getTime() - due.getTime() < patienceMs) return;
    agent.outbox.add("digest", "stack", digestMessage({ ...this.known(from, now), fired: alerts?.fired, firing: alerts?.firing ?? [] }, config));
    state.change({ digestUntil: now.toISOString() });
    agent.options.log.info("the daily digest was written", { from: from.toISOString(), to: now.toISOString() });
  }

  private async alerts(from: Date, to: Date): Promise<Pick<Report, "fired" | "firing"> | undefined> {
    try {
      const [ranges, firing] = await Promise.all([
        this.prometheus.range(firedQuery(stepSeconds), firstStep(from, to), to, stepSeconds),
        this.prometheus.firing(),
      ]);
      return { fired: firedAlerts(ranges, firing, to, stepSeconds), firing };
    } catch (error) {
      this.agent.options.log.warn("the digest waits for Prometheus", { error: describeError(error) });
      return undefined;
    }
  }

  private known(from: Date, to: Date): Omit<Report, "fired" | "firing"> {
    const { config, history, incidents, state } = this.agent;
    const days: string[] = [];
    for (let day = dayOf(from, config.timeZone); day <= dayOf(to, config.timeZone); day = shiftDay(day, 1)) days.push(day);
    const fromText = from.toISOString();
    const toText = to.toISOString();
    return {
      from, to,
      notices: state.value.outbox.filter(({ kind, at }) => kind !== "digest" && kind !== "incident" && at >= fromText && at < toText),
      incidents: incidents.all().filter(({ resolved }) => resolved === undefined || resolved.at > fromText),
      availability: config.systems.map(({ id, title }) => {
        const tallies = days.map((day) => history.tally(day, id));
        const total = tallies.reduce((sum, tally) => sum + tally.total, 0);
        return { title, ratio: total === 0 ? undefined : tallies.reduce((sum, tally) => sum + tally.up, 0) / total };
      }),
    };
  }
}

/** Steps are counted back from the end, so that the last one ends now. */
function firstStep(from: Date, to: Date): Date {
  const steps = Math.max(1, Math.ceil((to.getTime() - from.getTime()) / (stepSeconds * 1000)));
  return new Date(to.getTime() - (steps - 1) * stepSeconds * 1000);
}

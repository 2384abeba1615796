import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Agent } from "./agent";
import { countReleases } from "./releases";

/** Read from the agent when asked, so that they never disagree with what it keeps. */
export function createMetrics(agent: Agent): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "stackbook_release_info", help: "1, with the version that runs", labelNames: ["system", "version"], registers,
    collect() {
      this.reset();
      for (const { id, version } of agent.config.systems) this.set({ system: id, version }, 1);
    },
  });
  new Gauge({
    name: "stackbook_release_timestamp_seconds", help: "When what runs now was deployed", labelNames: ["system"], registers,
    collect() {
      this.reset();
      for (const { id } of agent.config.systems) {
        const since = agent.state.value.releases[id]?.at(-1)?.since;
        if (since !== undefined) this.set({ system: id }, Date.parse(since) / 1000);
      }
    },
  });
  new Counter({
    name: "stackbook_updates_total", help: "Deploys and rollbacks seen", labelNames: ["system"], registers,
    collect() {
      this.reset();
      for (const [system, releases] of Object.entries(agent.state.value.releases)) this.inc({ system }, countReleases(releases));
    },
  });
  new Gauge({
    name: "stackbook_incidents_open", help: "Incidents that are not resolved", labelNames: ["system"], registers,
    collect() {
      this.reset();
      for (const system of agent.systemNames()) this.set({ system }, agent.incidents.open().filter((entry) => entry.system === system).length);
    },
  });
  new Counter({
    name: "stackbook_notices_failed_total", help: "Attempts to hand notices to Alertmanager that failed", registers,
    collect() {
      this.reset();
      this.inc(agent.outbox.failures);
    },
  });
  new Gauge({
    name: "stackbook_digest_last_success_timestamp_seconds", help: "When Alertmanager took the last daily digest; before the first one, when the agent first started", registers,
    collect() {
      const { digestSentAt } = agent.state.value;
      if (digestSentAt === undefined) this.remove();
      else this.set(Date.parse(digestSentAt) / 1000);
    },
  });
  return registry;
}

import { createServer } from "node:http";
import { request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { order } from "./previews.mjs";
import { median } from "./statistics.mjs";
import { ports, stackPrefix } from "./workshop.mjs";

/** Caches fill, and rates over 5 minutes get their first whole window. */
const warmUpSeconds = 330;
const sampleSeconds = 60;
const pollMs = 1000;
/** Far above what is aimed at: what takes longer is said to be missing. */
const patienceSeconds = 300;

/**
 * Watches all five systems under demo traffic: what the monitoring's containers take, how soon a stopped backend is
 * told, and how much Prometheus keeps a day.
 * @returns {Promise<Awaited<ReturnType<typeof measureStack>>>}
 */
export async function measureWatching({ workshop, engine, tell }) {
  const label = `${stackPrefix}watched`;
  const inbox = await openInbox(await gatewayOf(engine));
  const stack = await workshop.stack(label, order, {
    more: {
      "stackbook:demo": { seed: true, traffic: true },
      "stackbook:monitoring": { enabled: true },
      "stackbook:alerts": { channels: { bench: { kind: "webhook" } }, routes: { page: ["bench"], ticket: ["bench"], digest: [] } },
    },
    secrets: { "alerts:bench": inbox.url },
  });
  try {
    tell("monitoring of all five: deploying it");
    await stack.up();
    return await measureStack({ stack, label, engine, inbox, tell });
  } finally {
    tell("monitoring of all five: taking it down");
    await stack.destroy();
    inbox.close();
  }
}

async function measureStack({ stack, label, engine, inbox, tell }) {
  const outputs = await stack.outputs();
  const prometheus = new Prometheus(outputs);
  tell(`monitoring of all five: ${warmUpSeconds} s of demo traffic, then ${sampleSeconds} s are measured`);
  await pause(warmUpSeconds * 1000);
  const containers = await engine.containers({ label: [`stackbook.stack=${label}`] });
  const taken = await takenBy(engine, containers.filter(isMonitoring));
  const samples = await prometheus.value(`sum(rate(prometheus_tsdb_head_samples_appended_total[5m]))`);
  const series = await prometheus.value("prometheus_tsdb_head_series");
  const wal = await prometheus.value("prometheus_tsdb_wal_storage_size_bytes");
  // Nothing was wrong so far: who was paged, was paged for nothing.
  const early = inbox.alerts.filter(({ alert }) => alert.labels.severity === "page").map(({ alert }) => `${alert.labels.alertname} of ${alert.labels.system}`);
  tell("monitoring of all five: every backend stops; waiting for what is told");
  const notified = await timeNotifications({ containers, engine, inbox, prometheus });
  return { taken, samples, series, wal, early: [...new Set(early)], notified, missing: outputs.monitoring.missing.map(({ part }) => part) };
}

/** What serves operators carries the role; what serves visitors has another. */
const isMonitoring = ({ Labels }) => ["monitoring", "collector"].includes(Labels["stackbook.role"]);

/** Memory as `docker stats` has it (without files that the kernel would give back), CPU over the time between two looks. */
async function takenBy(engine, containers) {
  const look = () => Promise.all(containers.map(({ Id }) => engine.ask("GET", `/containers/${Id}/stats?stream=false&one-shot=true`)));
  const before = await look();
  await pause(sampleSeconds * 1000);
  const after = await look();
  return containers.map(({ Labels }, at) => {
    const { memory_stats: memory, cpu_stats: cpu } = after[at];
    const idle = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
    const system = Labels["stackbook.system"];
    return {
      name: system === "stack" ? Labels["stackbook.service"] : `${Labels["stackbook.service"]} of ${system}`,
      MiB: (memory.usage - idle) / 1024 ** 2,
      cores: (cpu.cpu_usage.total_usage - before[at].cpu_stats.cpu_usage.total_usage) / 1e9 / ((Date.parse(after[at].read) - Date.parse(before[at].read)) / 1000),
    };
  });
}

/** Stops every backend at once, and says for each system how long after its rule's own wait the page arrived. */
async function timeNotifications({ containers, engine, inbox, prometheus }) {
  const backends = containers.filter(({ Labels }) => Labels["stackbook.role"] === "app" && Labels["stackbook.service"] === "backend");
  const stopped = new Map();
  inbox.alerts.length = 0;
  await Promise.all(backends.map(async ({ Id, Labels }) => {
    await engine.ask("POST", `/containers/${Id}/stop?t=1`);
    stopped.set(Labels["stackbook.system"], Date.now());
  }));
  const waits = await prometheus.waits();
  const told = new Map();
  for (const end = Date.now() + patienceSeconds * 1000; told.size < stopped.size && Date.now() < end; await pause(pollMs)) {
    for (const { at, alert } of inbox.alerts) {
      const { system, severity, alertname } = alert.labels;
      if (alert.labels.class !== "down" || severity !== "page" || told.has(system) || !stopped.has(system)) continue;
      told.set(system, (at - stopped.get(system)) / 1000 - (waits.get(`${alertname} ${system} ${severity}`) ?? 0));
    }
  }
  const after = [...told.values()];
  return { told: after.length, of: stopped.size, ...(after.length === 0 ? {} : { median: median(after), slowest: Math.max(...after) }), wait: Math.max(0, ...[...stopped.keys()].map((system) => waits.get(`ServiceDown ${system} page`) ?? 0)) };
}

/** Prometheus through the edge, as an operator reaches it. */
class Prometheus {
  constructor({ monitoring, credentials, caCertificate }) {
    this.host = new URL(monitoring.prometheus).hostname;
    this.ca = caCertificate;
    const { user, password } = credentials.monitoring.operator;
    this.authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  }

  async value(query) {
    const { result } = await this.#ask(`/api/v1/query?query=${encodeURIComponent(query)}`);
    return result.length === 0 ? undefined : Number(result[0].value[1]);
  }

  /** `<alert> <system> <severity>` -> its `for`, seconds. */
  async waits() {
    const { groups } = await this.#ask("/api/v1/rules?type=alert");
    const waits = new Map();
    for (const { name, duration, labels } of groups.flatMap(({ rules }) => rules)) waits.set(`${name} ${labels.system} ${labels.severity}`, duration);
    return waits;
  }

  #ask(path) {
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: ports.https, servername: this.host, path, ca: this.ca, headers: { host: this.host, authorization: this.authorization } };
      request(options, (response) => {
        let body = "";
        response.on("data", (part) => (body += part));
        response.on("end", () => {
          if (response.statusCode !== 200) return reject(new Error(`Prometheus answered ${response.statusCode} to ${path}: ${body.slice(0, 200)}`));
          resolve(JSON.parse(body).data);
        });
      }).on("error", reject).end();
    });
  }
}

/** Where containers reach this machine. */
async function gatewayOf(engine) {
  const { IPAM } = await engine.ask("GET", "/networks/bridge");
  const [pool] = IPAM?.Config ?? [];
  return pool?.Gateway ?? pool?.Subnet?.replace(/\.\d+\/\d+$/, ".1");
}

/** A webhook that keeps what arrives, with the time. */
async function openInbox(address) {
  const alerts = [];
  const server = createServer((incoming, answer) => {
    let body = "";
    incoming.on("data", (part) => (body += part));
    incoming.on("end", () => {
      for (const alert of JSON.parse(body).alerts) if (alert.status === "firing") alerts.push({ at: Date.now(), alert });
      answer.end();
    });
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, address, resolve));
  return { alerts, url: `http://${address}:${server.address().port}/`, close: () => void server.close() };
}

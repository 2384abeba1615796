import { strict as assert } from "node:assert";
import { metrics } from "../../../alerts/metrics";
import { containerRelabelling } from "../../../components/monitoring/containers";
import { renderContainerJob, renderPrometheus, type PrometheusInput } from "../../../components/monitoring/prometheus";
import { containers, motel, mps, read } from "./fixtures";

interface Job {
  job_name: string;
  honor_labels?: boolean;
  sample_limit?: number;
  static_configs: { targets: string[]; labels: Record<string, string> }[];
  metric_relabel_configs?: { regex: string; action: string }[];
}
interface Config {
  global: Record<string, unknown> & { external_labels: Record<string, string> };
  rule_files: string[];
  scrape_config_files?: string[];
  scrape_configs: Job[];
}

const input: PrometheusInput = { stack: "prod", environment: "prod", scrapeSeconds: 15, systems: [motel, mps], parts: ["cadvisor", "loki", "collector", "status"], ruleFiles: ["rules/motel.yml"] };
const config = (more: Partial<PrometheusInput> = {}): Config => read<Config>(renderPrometheus({ ...input, ...more }));
const job = (name: string, from = config()): Job => {
  const found = from.scrape_configs.find((candidate) => candidate.job_name === name);
  assert.ok(found, `no job ${name}`);
  return found;
};

describe("Prometheus's configuration", () => {
  it("asks every job that the metrics are listed under, and no other", () => {
    const listed = new Set<string>(metrics.map((metric) => metric.job));
    // What Prometheus says itself, and the job that is written last.
    for (const other of ["any", "containers"]) listed.delete(other);
    assert.deepEqual(config().scrape_configs.map(({ job_name }) => job_name).sort(), [...listed].sort());
  });

  it("asks each container of an application where its runbook says, under its system's name", () => {
    assert.deepEqual(
      job("app").static_configs.filter(({ labels }) => labels.system === "motel"),
      [["a", "motel-backend-a-0-1a2b3c4"], ["b", "motel-backend-b-0-5d6e7f8"]].map(([slot, instance]) => ({
        targets: [`${instance}:3001`],
        labels: { system: "motel", service: "backend", slot, instance, __metrics_path__: "/metrics/prometheus" },
      })),
    );
    assert.ok((job("app").sample_limit ?? 0) > 0);
  });

  it("asks each store by its engine", () => {
    const targets = (name: string): string[] => job(name).static_configs.flatMap((target) => target.targets);
    assert.deepEqual(targets("postgres"), ["motel-postgres-exporter:9187"]);
    assert.deepEqual(targets("mongodb"), ["mps-mongodb-exporter:9216"]);
    assert.deepEqual(targets("redis"), ["motel-redis-exporter:9121"]);
  });

  it("asks the agents of systems that are backed up, and of drills where there are some", () => {
    const ofMotel = [["motel-backup:8080", "backup"], ["motel-drill:8080", "drill"]].map(([target = "", service = ""]) => ({ targets: [target], labels: { system: "motel", service, instance: `motel-${service}` } }));
    assert.deepEqual(job("backup").static_configs.filter(({ labels }) => labels.system === "motel"), ofMotel);
    assert.deepEqual(job("backup").static_configs.filter(({ labels }) => labels.system === "mps").flatMap(({ targets }) => targets), ["mps-backup:8080"]);
    const { backup: _none, ...notBackedUp } = motel;
    assert.ok(!config({ systems: [notBackedUp] }).scrape_configs.some(({ job_name }) => job_name === "backup"));
  });

  it("probes through the edge's own port for it, and names what a visitor would ask", () => {
    const [page] = job("blackbox").static_configs;
    assert.deepEqual(page, {
      targets: ["https://edge:8444/"],
      labels: { system: "motel", service: "frontend", check: "page", instance: "https://motel.example.org/", __param_module: "motel" },
    });
  });

  it("takes system and service from where they are known better: the edge's log, the status agent and the backup agents", () => {
    for (const name of ["edge-log", "status", "backup"]) assert.equal(job(name).honor_labels, true, name);
    for (const name of ["app", "edge", "host", "blackbox", "postgres"]) assert.ok(job(name).honor_labels !== true, name);
  });

  it("gives every target a system and a service", () => {
    for (const { job_name, static_configs } of config().scrape_configs) {
      for (const { labels } of static_configs) assert.ok(labels.system !== undefined && labels.service !== undefined, job_name);
    }
  });

  it("asks nothing of parts that aren't there", () => {
    const bare = config({ parts: [], systems: [] });
    assert.deepEqual(bare.scrape_configs.map(({ job_name }) => job_name), ["prometheus", "alertmanager", "host", "edge", "edge-log"]);
    assert.equal(bare.scrape_config_files, undefined);
  });

  it("reads rules by name, and never waits longer for a target than until the next reading", () => {
    assert.deepEqual(config().rule_files, ["rules/motel.yml"]);
    assert.equal(config({ scrapeSeconds: 5 }).global.scrape_timeout, "5s");
    assert.equal(config({ scrapeSeconds: 60 }).global.scrape_timeout, "10s");
    assert.deepEqual(config().global.external_labels, { stack: "prod", environment: "prod" });
  });

  it("keeps all that is listed of a job whose metrics it sifts", () => {
    for (const { job_name, metric_relabel_configs } of config().scrape_configs) {
      const keep = metric_relabel_configs?.find(({ action }) => action === "keep");
      if (keep === undefined) continue;
      const pattern = new RegExp(`^(?:${keep.regex})$`);
      const listed = metrics.filter((metric) => metric.job === job_name);
      for (const { name, type } of listed) assert.match(type === "histogram" ? `${name}_bucket` : name, pattern);
      assert.doesNotMatch("go_goroutines", pattern);
    }
  });
});

/** Prometheus's relabelling, as far as the rules here use it. */
function relabel(labels: Record<string, string>, rules: ReturnType<typeof containerRelabelling>): Record<string, string> | undefined {
  let result = { ...labels };
  for (const rule of rules) {
    const pattern = new RegExp(`^(?:${rule.regex ?? ".*"})$`);
    if (rule.action === "labeldrop") {
      result = Object.fromEntries(Object.entries(result).filter(([name]) => !pattern.test(name)));
      continue;
    }
    const value = (rule.source_labels ?? []).map((name) => result[name] ?? "").join(";");
    if (rule.action === "keep") {
      if (!pattern.test(value)) return undefined;
    } else if (pattern.test(value) && rule.target_label !== undefined) {
      result[rule.target_label] = value.replace(pattern, rule.replacement ?? "$1");
    }
  }
  return result;
}

describe("names of containers", () => {
  const rules = containerRelabelling(containers, ["container_memory_working_set_bytes"]);
  const series = (id: string, name = "container_memory_working_set_bytes"): Record<string, string> | undefined =>
    relabel({ __name__: name, id, system: "stack", service: "cadvisor", instance: "cadvisor:8080" }, rules);

  for (const [kernel, path] of [
    ["version 1 of control groups", `/docker/${"a".repeat(64)}`],
    ["version 2 under systemd", `/system.slice/docker-${"a".repeat(64)}.scope`],
    ["a parent of the operator's", `/our/own/${"a".repeat(64)}`],
  ]) {
    it(`are found by ${kernel}`, () =>
      assert.deepEqual(series(path ?? ""), {
        __name__: "container_memory_working_set_bytes",
        system: "motel",
        service: "backend",
        container: "motel-backend-a-0-1a2b3c4",
        instance: "cadvisor:8080",
      }));
  }

  it("are not given to what isn't ours: the host's groups, other people's containers, what runs inside a container", () => {
    for (const id of ["/", "/docker", "/system.slice/ssh.service", `/docker/${"c".repeat(64)}`, `/docker/${"a".repeat(64)}/init`]) assert.equal(series(id), undefined, id);
  });

  it("are not given to figures that nobody asks for", () => assert.equal(series(`/docker/${"b".repeat(64)}`, "container_tasks_state"), undefined));

  it("come in one order, whatever the order they were made in", () => {
    assert.equal(renderContainerJob(containers), renderContainerJob([...containers].reverse()));
  });
});

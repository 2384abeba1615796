import * as assert from "node:assert/strict";
import type { LogicalImage } from "../../../config/types";
import { officialImages } from "../../../platforms/images";
import { image, mustDocker, TestContainer } from "./support";

interface Watcher {
  readonly image: LogicalImage;
  /** The official image's. */
  readonly user: string;
  readonly port: number;
  /** Where it answers, and with what. */
  readonly path: string;
  readonly answers: RegExp;
  /** Of the page at its root. */
  readonly page?: RegExp;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly tmpfs?: readonly string[];
  readonly flags?: readonly string[];
  /** How many parts of the version are the official image's, where there is one. */
  readonly sameParts?: number;
}

const nobody = "65534:65534";
const folders = (...names: string[]): string[] => names.map((name) => `${name}:uid=65534`);
const host = ["-v", "/:/host:ro"];

/** Each is run without a configuration of ours, as its official image would be. */
const watchers: readonly Watcher[] = [
  { image: "nodeExporter", user: nobody, port: 9100, path: "/metrics", answers: /^node_memory_MemAvailable_bytes /m, command: ["--path.rootfs=/host", "--path.procfs=/host/proc", "--path.sysfs=/host/sys"], flags: host, sameParts: 1 },
  { image: "blackboxExporter", user: nobody, port: 9115, path: "/probe?module=tcp_connect&target=127.0.0.1:9115", answers: /^probe_success 1$/m, sameParts: 1 },
  { image: "postgresExporter", user: nobody, port: 9187, path: "/metrics", answers: /^pg_up 0$/m, env: { DATA_SOURCE_URI: "127.0.0.1:1/postgres?sslmode=disable", DATA_SOURCE_USER: "u", DATA_SOURCE_PASS: "p" }, sameParts: 1 },
  { image: "redisExporter", user: "59000:59000", port: 9121, path: "/metrics", answers: /^redis_up 0$/m, env: { REDIS_ADDR: "redis://127.0.0.1:1" }, sameParts: 1 },
  { image: "mongodbExporter", user: "65535:65535", port: 9216, path: "/metrics", answers: /^mongodb_up(\{.*\})? 0$/m, env: { MONGODB_URI: "mongodb://127.0.0.1:1/admin?serverSelectionTimeoutMS=200" }, sameParts: 3 },
  { image: "mtail", user: "99:99", port: 3903, path: "/metrics", answers: /^mtail_build_info|^log_watcher/m, command: ["--progs=/etc/mtail", "--logs=/dev/null", "--logtostderr"] },
  { image: "cadvisor", user: nobody, port: 8080, path: "/metrics", answers: /^container_memory_working_set_bytes\{id="\/docker\/[0-9a-f]{64}"/m, command: ["--housekeeping_interval=2s"], flags: ["-v", "/sys:/sys:ro"], sameParts: 1 },
  { image: "alertmanager", user: nobody, port: 9093, path: "/-/ready", answers: /^OK$/m, page: /<title>Alertmanager<[^]*script\.js/, command: ["--config.file=/tmp/config.yml", "--storage.path=/alertmanager", "--cluster.listen-address="], tmpfs: folders("/alertmanager"), sameParts: 3 },
  { image: "prometheus", user: nobody, port: 9090, path: "/-/ready", answers: /is Ready/, page: /<title>Prometheus[^]*<h2>Alerts<[^]*<h2>Targets</, command: ["--config.file=/tmp/config.yml", "--storage.tsdb.path=/prometheus"], tmpfs: folders("/prometheus"), sameParts: 3 },
];

/** Files that two of them can't start without, said by a shell, as nothing can be mounted from here on an engine elsewhere. */
const configurations: Readonly<Partial<Record<LogicalImage, string>>> = {
  alertmanager: "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n",
  prometheus: "global: { scrape_interval: 15s }\n",
};

async function start(watcher: Watcher): Promise<TestContainer> {
  const { command = [], env = {}, flags = [], image: name, port, tmpfs = [], user } = watcher;
  const published = ["-p", `127.0.0.1::${port}`, ...flags];
  const text = configurations[name];
  if (text === undefined) return TestContainer.start(await image(name), { user, env, tmpfs, flags: published, command });
  return TestContainer.start(await image(name), {
    user, env: { ...env, TEXT: text }, tmpfs, flags: published, entrypoint: "sh",
    command: ["-c", `printf %s "$TEXT" > /tmp/config.yml; exec ${name} ${command.join(" ")}`],
  });
}

async function answer(container: TestContainer, { answers, path, port }: Watcher): Promise<string> {
  const url = `http://127.0.0.1:${await container.port(port)}${path}`;
  let last = "nothing";
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((wake) => setTimeout(wake, 250))) {
    last = await fetch(url, { signal: AbortSignal.timeout(15_000) }).then((response) => response.text()).catch(String);
    if (answers.test(last)) return last;
  }
  throw new Error(`${url} has no ${answers}:\n${last.slice(0, 2000)}\n${await container.logs()}`);
}

describe("the images of what watches", function () {
  this.timeout(120_000);

  for (const watcher of watchers) {
    describe(watcher.image, () => {
      let container: TestContainer;
      before(async () => (container = await start(watcher)));
      after(() => container.remove());

      it("starts as the official image's user, without rights or a disk to write to, and answers", () => answer(container, watcher));

      if (watcher.page !== undefined) {
        it("has a page for people", () => answer(container, { ...watcher, path: "/", answers: watcher.page as RegExp }));
      }

      if (watcher.sameParts !== undefined) {
        it("is of the official image's version, as far as it can be", async () => {
          const official = Object.entries(officialImages).find(([name]) => name === watcher.image)?.[1] ?? "";
          const [wanted, built] = [official, await image(watcher.image)].map((reference) => /:v?([\d.]+)[@-]/.exec(reference)?.[1]?.split(".").slice(0, watcher.sameParts));
          assert.deepEqual(built, wanted);
        });
      }

      it("is called as the official image is", async () => {
        const { Config } = (JSON.parse(await mustDocker(["image", "inspect", await image(watcher.image)])) as { Config: { Entrypoint: string[]; Healthcheck?: unknown } }[])[0] ?? assert.fail();
        assert.deepEqual(Config.Entrypoint.slice(0, 1), [entrypoints[watcher.image]]);
        assert.equal(Config.Healthcheck, undefined);
      });
    });
  }
});

const entrypoints: Readonly<Partial<Record<LogicalImage, string>>> = {
  prometheus: "/bin/prometheus", alertmanager: "/bin/alertmanager", nodeExporter: "/bin/node_exporter", blackboxExporter: "/bin/blackbox_exporter",
  postgresExporter: "/bin/postgres_exporter", redisExporter: "/redis_exporter", mongodbExporter: "/mongodb_exporter", mtail: "/usr/bin/mtail", cadvisor: "/usr/bin/cadvisor",
};

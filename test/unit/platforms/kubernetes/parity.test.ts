import assert from "node:assert/strict";
import { build, container, find, task } from "../../program/build";
import { isSecret, recorded, type Recorded } from "../../program/mocks";
import { everySystem, hidden, ids, object, template } from "./stack";

const job = "pulumi-nodejs:dynamic/stackbook:Job";
const services = ids.flatMap((id) => (["backend", "frontend"] as const).map((service) => ({ id, service })));

/** What a platform makes of one service of a system. */
interface Made {
  readonly image: unknown;
  readonly settings: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly user: string;
}

interface Stack {
  readonly services: Readonly<Record<string, Made>>;
  /** Environment of each task, by its name. */
  readonly tasks: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The edge's configuration, without what names servers and places. */
  readonly edge: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

const plain = (value: unknown): unknown => (isSecret(value) ? value.value : value);
const pairs = (list: unknown): Record<string, string> => Object.fromEntries((plain(list) as string[]).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
const sorted = (map: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Where things lie, what servers are called and which name server knows them is the platforms' own. */
function anywhere(config: string): string {
  return config
    .replaceAll("/etc/stackbook-edge", "/var/lib/haproxy")
    .replace(/^ {4}(nameserver .*|parse-resolv-conf)$/m, "    names")
    .replace(/[0-9a-f]{16}/g, "stamp")
    .split("\n")
    .filter((line) => !/^ {4}server /.test(line))
    .join("\n");
}

const tasksOf = (type: string): Recorded[] => recorded.filter((resource) => resource.type === type && /-(database-role|migration-a)$/.test(resource.name));

async function onDocker(): Promise<Stack> {
  const { "stackbook:platform": _kubernetes, ...file } = everySystem;
  const outputs = await build(file);
  const routes = pairs(find(task, "edge-routes").inputs["env"]);
  return {
    outputs,
    edge: anywhere(routes["HAPROXY_CFG"] ?? ""),
    tasks: Object.fromEntries(tasksOf(task).map(({ inputs, name }) => [name, sorted(pairs(inputs["env"]))])),
    services: Object.fromEntries(
      services.map(({ id, service }) => {
        const { inputs } = find(container, `${id}-${service}-a-0`);
        return [`${id} ${service}`, { image: inputs["image"], settings: sorted(pairs(inputs["envs"])), memoryMiB: Number(inputs["memory"]), cpus: Number(inputs["cpus"]), user: String(inputs["user"]) }];
      }),
    ),
  };
}

async function onKubernetes(): Promise<Stack> {
  const outputs = await build(everySystem);
  return {
    outputs,
    edge: anywhere((object("ConfigMap", "edge-config").inputs["data"] as Record<string, string>)["haproxy.cfg"] ?? ""),
    tasks: Object.fromEntries(tasksOf(job).map(({ inputs, name }) => [name, sorted(plain(inputs["env"]) as Record<string, string>)])),
    services: Object.fromEntries(
      services.map(({ id, service }) => {
        const { spec } = template(object("Deployment", `${id}-${service}-a`));
        const [{ image, resources }] = spec.containers;
        const cpu = resources.limits["cpu"] ?? "";
        return [
          `${id} ${service}`,
          {
            image,
            settings: sorted(hidden(object("Secret", `${id}-${service}-a-settings`))),
            memoryMiB: Number((resources.limits["memory"] ?? "").replace("Mi", "")),
            cpus: cpu.endsWith("m") ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu),
            user: `${String(spec.securityContext["runAsUser"])}:${String(spec.securityContext["runAsGroup"])}`,
          },
        ];
      }),
    ),
  };
}

describe("the same stack file on Docker and on Kubernetes", function () {
  // Each run of the program takes a second or two on an idle machine, and a busy one is no fault of it.
  this.timeout(240_000);
  let docker: Stack;
  let kubernetes: Stack;
  before(async () => {
    docker = await onDocker();
    kubernetes = await onKubernetes();
  });

  for (const { id, service } of services) {
    it(`gives ${id}'s ${service} the same settings, secrets, limits and user`, () => {
      const [{ image: _pulled, ...there }, { image, ...here }] = [docker.services[`${id} ${service}`] ?? assert.fail(), kubernetes.services[`${id} ${service}`] ?? assert.fail()];
      assert.deepEqual(here, there);
      assert.match(String(image), new RegExp(`^registry\\.example\\.org/${id}/${service}:1\\.0\\.0@sha256:`));
    });
  }

  it("runs the same tasks with the same environment", () => {
    assert.ok(Object.keys(docker.tasks).length >= ids.length + 2);
    assert.deepEqual(kubernetes.tasks, docker.tasks);
  });

  it("tells the edge the same hosts, routes, limits and checks", () => {
    assert.match(docker.edge, /motel\.localhost/);
    assert.equal(kubernetes.edge, docker.edge);
  });

  it("tells operations the same addresses, paths and versions", () => {
    const told = ({ outputs }: Stack): unknown => Object.entries(outputs["systems"] as Record<string, Record<string, unknown>>).map(([id, { services: _servers, ...rest }]) => [id, rest]);
    assert.deepEqual(told(kubernetes), told(docker));
  });
});

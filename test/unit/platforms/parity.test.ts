import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { build, container, find, task } from "../program/build";
import { isSecret, recorded, type Recorded } from "../program/mocks";
import * as aws from "./aws/stack";
import { hidden, ids, object, stackFile, system, template } from "./kubernetes/stack";

/** What all three are told, but for the platform. */
const common = stackFile(Object.fromEntries(ids.map((id) => [id, system(id, id === "fetms" ? { more: { redis: true } } : {})])), { domain: "example.org", edge: { httpPort: 80, httpsPort: 443 } });

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

const taskNames = /-(database-role|migration-a)$/;
const tasksOf = (type: string): Recorded[] => recorded.filter((resource) => resource.type === type && taskNames.test(resource.name));

async function onDocker(): Promise<Stack> {
  const { "stackbook:platform": _kubernetes, ...file } = common;
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
  const outputs = await build(common);
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

/** Its files come as a script. The balancer says who asks, and keeps its connections for longer than visitors do. */
function behindBalancer(script: string): string {
  const [, config = ""] = /^cat >'haproxy\.cfg' <<'(?:[^']+)'\n([^]*?)\nEND-OF-FILE/m.exec(script) ?? [];
  const lines = `${config}\n`.split("\n").map((line) => line.replace(/^( {4}timeout http-keep-alive) 75s$/, "$1 8s").replaceAll("/run/edge", "/var/lib/haproxy"));
  assert.equal(lines.filter((line) => line.includes("set-src req.hdr_ip(x-forwarded-for,-1)")).length, 2);
  return lines.filter((line) => !line.includes("set-src")).join("\n");
}

/** AWS's stores have addresses of their own, and speak TLS. */
function byName(settings: Readonly<Record<string, string>>): Record<string, string> {
  const plainly = (value: string): string =>
    value
      .replace(/^rediss:/, "redis:")
      .replace(/@stackbook-dev-\w+-database\.\w+\.amazonaws\.com/, "@database")
      .replace(/@master\.stackbook-dev-\w+-cache\.cache\.amazonaws\.com/, "@cache")
      .replace(/[?&](sslmode=require|tls=true&.*)$/, "");
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, plainly(value)]));
}

async function onAws(): Promise<Stack> {
  const outputs = await build({ ...common, "stackbook:platform": "aws", "stackbook:aws": JSON.stringify({ region: "eu-central-1", hostedZone: "Z0123456789ABCDEFGHIJ", nat: "one" }) });
  const definition = "ecs/taskDefinition:TaskDefinition";
  /** Plain ones in the task, what is known later in its secret. */
  const settings = (name: string): Record<string, string> => {
    const { environment, secrets } = aws.container(aws.resource(definition, name));
    const kept = secrets.length === 0 ? {} : aws.hidden(`${name}-settings`);
    assert.deepEqual(secrets.map((each) => each.name).sort(), Object.keys(kept).sort(), name);
    return sorted({ ...Object.fromEntries(environment.map((each): [string, string] => [each.name, each.value])), ...kept });
  };
  return {
    outputs,
    edge: anywhere(behindBalancer(gunzipSync(Buffer.from(aws.hidden("edge-settings")["EDGE_FILES"] ?? "", "base64")).toString("utf8"))),
    tasks: Object.fromEntries(aws.ofType(definition).filter(({ name }) => taskNames.test(name)).map(({ name }) => [name, settings(name)])),
    services: Object.fromEntries(
      services.map(({ id, service }) => {
        const { cpu, image, memory, user } = aws.container(aws.resource(definition, `${id}-${service}-a`));
        return [`${id} ${service}`, { image, settings: settings(`${id}-${service}-a`), memoryMiB: memory, cpus: cpu / 1024, user }];
      }),
    ),
  };
}

describe("the same stack file on each platform", function () {
  // Each run of the program takes a second or two on an idle machine, and a busy one is no fault of it.
  this.timeout(240_000);
  let docker: Stack;
  let kubernetes: Stack;
  let onAmazon: Stack;
  before(async () => {
    docker = await onDocker();
    kubernetes = await onKubernetes();
    onAmazon = await onAws();
  });

  for (const { id, service } of services) {
    it(`gives ${id}'s ${service} the same settings, secrets, limits and user`, () => {
      const of = ({ services: all }: Stack): Made => all[`${id} ${service}`] ?? assert.fail();
      const { image: _pulled, ...there } = of(docker);
      for (const { image, ...here } of [of(kubernetes), { ...of(onAmazon), settings: byName(of(onAmazon).settings) }]) {
        assert.deepEqual(here, there);
        assert.match(String(image), new RegExp(`^registry\\.example\\.org/${id}/${service}:1\\.0\\.0@sha256:`));
      }
    });
  }

  it("runs the same tasks with the same environment", () => {
    assert.ok(Object.keys(docker.tasks).length >= ids.length + 2);
    assert.deepEqual(kubernetes.tasks, docker.tasks);
    assert.deepEqual(Object.keys(onAmazon.tasks).sort(), Object.keys(docker.tasks).sort());
    const own = new Set(["ADMIN_USER", "DATABASE_HOST", "DATABASE_OPTIONS", "PGSSLMODE", "SILENCE"]);
    const less = (settings: Readonly<Record<string, string>>): object => Object.fromEntries(Object.entries(settings).filter(([name]) => !own.has(name)));
    for (const [name, settings] of Object.entries(onAmazon.tasks)) assert.deepEqual(less(byName(settings)), less(docker.tasks[name] ?? {}), name);
  });

  it("tells the edge the same hosts, routes, limits and checks", () => {
    assert.match(docker.edge, /motel\.example\.org/);
    assert.equal(kubernetes.edge, docker.edge);
    assert.equal(onAmazon.edge, docker.edge);
  });

  it("tells operations the same addresses, paths and versions", () => {
    const told = ({ outputs }: Stack): unknown => Object.entries(outputs["systems"] as Record<string, Record<string, unknown>>).map(([id, { services: _servers, ...rest }]) => [id, rest]);
    assert.deepEqual(told(kubernetes), told(docker));
    assert.deepEqual(told(onAmazon), told(docker));
  });
});

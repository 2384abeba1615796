import assert from "node:assert/strict";
import { passKeyId } from "../../../config/passes";
import { build, find, task } from "./build";
import { isSecret } from "./mocks";

const configFiles = "pulumi-nodejs:dynamic/stackbook:ConfigFiles";
const stack = (motel: object = {}, more: Record<string, unknown> = {}): Record<string, string> => ({
  "stackbook:systems": JSON.stringify({ motel: { version: "2.0.0", ...motel }, sms: { version: "1.0.0" } }),
  ...Object.fromEntries(Object.entries(more).map(([key, value]) => [key, JSON.stringify(value)])),
});
const window = { from: "2026-11-22T03:00+01:00", until: "2026-11-22T04:00Z", message: "New rooms.", by: "ops@desk", why: "OPS-217" };

/** What the route writer is told; secret, as the certificate's key is in it. */
function routes(): Record<string, string> {
  const sent = find(task, "edge-routes").inputs["env"];
  assert.ok(isSecret(sent), "secret on their way");
  return Object.fromEntries((sent.value as string[]).map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

function files(name: string): Record<string, string> {
  return (find(configFiles, name).inputs as { files: Record<string, string> }).files;
}

const edge = { blocked: ["203.0.113.0/24", { address: "2001:db8::/32", until: "2026-12-01T00:00Z" }], bypass: ["198.51.100.0/24"] };

interface Told {
  readonly closed: object[];
  readonly systems: { readonly id: string; readonly configHash: string }[];
}
const status = (): Told => JSON.parse(files("status-config")["status.json"] ?? "") as Told;
function alertmanager<T>(): T {
  return JSON.parse((files("alertmanager-config")["alertmanager.yml"] ?? "").replace(/^#.*\n/, "")) as T;
}
/** A file beside the edge's configuration, by the beginning of its path. */
function beside(path: string): string {
  const { FILES = "", ...texts } = routes();
  return texts[`FILE_${FILES.split("\n").findIndex((each) => each.startsWith(path)) + 1}`] ?? "";
}

describe("the program of a stack with a window", function () {
  this.timeout(180_000);
  let outputs: Record<string, unknown>;

  before(async () => {
    outputs = await build(stack({ maintenance: [window] }, { "stackbook:edge": edge, "stackbook:backups": { enabled: true } }));
  });

  it("tells the edge, Alertmanager, Prometheus and the status page the same times", () => {
    assert.match(beside("lists/closed-"), /^motel\.0\.html <p>New rooms\.<\/p><p>It should be back by .*\nmotel\.0\.json .*\nmotel\.0\.until 1795320000\n$/);
    const { HAPROXY_CFG = "" } = routes();
    assert.match(HAPROXY_CFG, /str\(motel\.0\) if .*-m int ge 1795312800 \} \{ var\(txn\.now\) -m int lt 1795320000 \}/);
    assert.match(HAPROXY_CFG, /<a href="https:\/\/status\.localhost:8443">/);
    assert.deepEqual(alertmanager<{ time_intervals: { name: string }[] }>().time_intervals.map(({ name }) => name), ["closed from 2026-11-22T02:00Z until 2026-11-22T04:00Z"]);
    assert.match(JSON.stringify(files("prometheus-config")), /time\(\) >= bool 1795312800/);
    assert.deepEqual(status().closed, [{ systems: ["motel"], from: "2026-11-22T02:00:00.000Z", until: "2026-11-22T04:00:00.000Z", message: "New rooms." }], "and neither who nor why");
  });

  it("gives passes a key of their own, which only the route writer gets", () => {
    const { edge: own } = (isSecret(outputs["credentials"]) ? outputs["credentials"].value : outputs["credentials"]) as { edge: { passKey: string } };
    assert.equal(beside(`keys/pass-${passKeyId(own.passKey)}.map`), `key ${own.passKey}\n`);
    assert.ok(!routes()["HAPROXY_CFG"]?.includes(own.passKey));
    const { credentials: _secret, recovery: _too, ...plain } = outputs;
    assert.ok(!JSON.stringify(plain).includes(own.passKey));
  });

  it("hands blocked and operators' addresses to the edge", () => {
    assert.deepEqual([beside("lists/blocked-"), beside("lists/bypass-")], ["2001:db8::/32 1796083200\n203.0.113.0/24 99999999999\n", "198.51.100.0/24\n"]);
  });

  it("backs up a configuration in which nothing is closed", () => {
    const text = files("motel-backup-config")["backup.json"] ?? "";
    assert.match(text, /"stackbook:systems"/);
    assert.doesNotMatch(text, /"maintenance"|New rooms/);
  });

  it("tells nobody of a deploy, for that it is closed for a while", async () => {
    const closed = status().systems;
    await build(stack({}, { "stackbook:edge": edge, "stackbook:backups": { enabled: true } }));
    assert.deepEqual(status(), { ...status(), systems: closed, closed: [] });
  });

  it("of all systems closes every one, and keeps back the stack's own alerts", async () => {
    await build(stack({}, { "stackbook:maintenance": [{ until: "2026-11-22T04:00Z" }] }));
    assert.match(routes()["HAPROXY_CFG"] ?? "", /str\(motel\.0\).*\n.*\n.*str\(sms\.0\)/);
    const { route } = alertmanager<{ route: { routes: { routes?: { matchers: string[]; mute_time_intervals?: string[] }[] }[] } }>();
    const muted = route.routes.flatMap(({ routes: inner = [] }) => inner.filter(({ mute_time_intervals: names }) => names?.includes("closed until 2026-11-22T04:00Z")).map(({ matchers }) => matchers[0]));
    assert.deepEqual(muted, ['system="motel"', 'system="sms"', 'system="stack"', 'system="motel"', 'system="sms"', 'system="stack"']);
    assert.deepEqual(status().closed, [{ systems: "all", until: "2026-11-22T04:00:00.000Z" }]);
  });
});

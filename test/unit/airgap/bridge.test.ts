import assert from "node:assert/strict";
import { checkInputs } from "../../../airgap/plugins/bridge/check";
import { difference, previewOutputs } from "../../../airgap/plugins/bridge/difference";
import { containerSpec } from "../../../airgap/plugins/docker/container/spec";
import type { Target } from "../../../airgap/plugins/rpc/plugin";
import { UNKNOWN, type Bag } from "../../../airgap/plugins/rpc/values";

const target: Target = { urn: "urn:pulumi:dev::p::docker:index/container:Container::app", type: "docker:index/container:Container", name: "app" };
const seed = new Uint8Array([1, 2, 3]);
const check = (news: Bag, olds: Bag = {}): ReturnType<typeof checkInputs> => checkInputs(containerSpec, target, olds, news, seed);
const inputs = (news: Bag): Bag => check({ image: "app:1", ...news }).inputs;
const changes = (state: Bag, news: Bag): unknown => difference(containerSpec, { ...inputs({}), ...state }, inputs(news)).changes;

describe("inputs of a stand-in", () => {
  it("get the official defaults, noted as such at every level", () => {
    const { inputs, failures } = check({ image: "app:1", ports: [{ internal: 80 }] });
    assert.deepEqual(failures, []);
    assert.equal(inputs.mustRun, true);
    assert.equal(inputs.restart, "no");
    assert.equal(inputs.networkMode, "bridge");
    assert.ok((inputs.__defaults as string[]).includes("name"));
    assert.deepEqual(inputs.ports, [{ __defaults: ["ip", "protocol"], internal: 80, ip: "0.0.0.0", protocol: "tcp" }]);
  });

  it("get a name of the logical name and seven hexadecimal digits, the same for the same seed", () => {
    assert.match(inputs({}).name as string, /^app-[0-9a-f]{7}$/);
    assert.equal(inputs({}).name, inputs({}).name);
    assert.notEqual(checkInputs(containerSpec, target, {}, { image: "a" }, new Uint8Array([9])).inputs.name, inputs({}).name);
  });

  it("keep a generated name while the resource lives, and never turn a given one into a generated one", () => {
    assert.equal(check({ image: "app:1" }, { __defaults: ["name"], name: "app-0000000" }).inputs.name, "app-0000000");
    assert.notEqual(check({ image: "app:1" }, { __defaults: [], name: "given" }).inputs.name, "given");
    assert.equal(check({ image: "app:1", name: "given" }).inputs.name, "given");
  });

  it("are refused with the path and the file to extend when they are not implemented", () => {
    const reasons = check({ image: "app:1", gpus: "all", mounts: [{ type: "volume", target: "/a", colour: "red" }] }).failures.map(({ reason }) => reason);
    assert.match(reasons[0] ?? "", /^gpus is not implemented .* airgap\/plugins\/docker\/container\/spec\.ts$/);
    assert.match(reasons[1] ?? "", /^mounts\[0\]\.colour is not implemented/);
  });

  it("are refused without their values, which may be secret", () => {
    const { failures } = check({ image: "app:1", hostname: ["s3cret"], restart: "s3cret", memory: "s3cret", labels: "s3cret", tmpfs: { "/tmp": ["s3cret"] } });
    assert.equal(failures.length, 5);
    for (const { reason } of failures) assert.doesNotMatch(reason, /s3cret/);
  });

  it("may be unknown during a preview", () => {
    assert.deepEqual(check({ image: UNKNOWN, memory: UNKNOWN, mounts: UNKNOWN }).failures, []);
  });

  it("must be complete", () => {
    assert.deepEqual(check({}).failures.map(({ reason }) => reason), ["image is required"]);
  });
});

describe("the difference of a stand-in", () => {
  it("is empty for what was asked for and what Docker fills in by itself", () => {
    assert.deepEqual(changes({ hostname: "0123", command: ["serve"], user: "1000", ipcMode: "private", shmSize: 64, healthcheck: { tests: ["CMD", "x"] } }, {}), {});
  });

  it("has no order in sets, and empty equals absent", () => {
    assert.deepEqual(changes({ envs: ["A=1", "B=2"], dns: [], domainname: "", publishAllPorts: false, tmpfs: {} }, { envs: ["B=2", "A=1"] }), {});
  });

  it("tells an order of commands", () => {
    assert.deepEqual(changes({ command: ["a", "b"] }, { command: ["b", "a"] }), { command: "updateReplace" });
  });

  it("keeps a published port that Docker chose, and sees one that was asked for", () => {
    const state = { ports: [{ internal: 80, external: 32768, ip: "0.0.0.0", protocol: "tcp" }] };
    assert.deepEqual(changes(state, { ports: [{ internal: 80 }] }), {});
    assert.deepEqual(changes(state, { ports: [{ internal: 80, external: 8080 }] }), { ports: "updateReplace" });
  });

  it("changes limits in place, and replaces for an image", () => {
    assert.deepEqual(changes({ memory: 64 }, { memory: 128 }), { memory: "update" });
    assert.deepEqual(changes({ image: "app:0" }, {}), { image: "updateReplace" });
    assert.deepEqual(changes({ image: "app:1" }, { image: UNKNOWN }), { image: "updateReplace" });
  });

  it("shows what Docker made of an input that was left out, as the official plugin would at the second update", () => {
    assert.deepEqual(changes({ memory: 64, memorySwap: 128 }, { memory: 64 }), { memorySwap: "delete" });
  });

  it("deletes before replacing: containers always, others when a given name stays", () => {
    const network = { file: "", autoName: true as const, properties: { name: { type: "string" as const, replaces: true as const } } };
    const first = (news: Bag, state: Bag): boolean | undefined => difference(network, state, news).deleteBeforeReplace;
    assert.equal(first({ name: "fixed", __defaults: [] }, { name: "fixed" }), true);
    assert.equal(first({ name: "n-0000001", __defaults: ["name"] }, { name: "n-0000001" }), false);
    assert.equal(difference(containerSpec, inputs({}), inputs({})).deleteBeforeReplace, true);
  });

  it("previews what only Docker can tell as unknown, and keeps it on an update", () => {
    assert.equal(previewOutputs(containerSpec, inputs({}), undefined).networkDatas, UNKNOWN);
    assert.equal(previewOutputs(containerSpec, inputs({}), { hostname: "0123" }).hostname, "0123");
    assert.equal(previewOutputs(containerSpec, inputs({}), undefined).__defaults, undefined);
  });
});

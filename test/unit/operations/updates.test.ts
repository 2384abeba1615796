import assert from "node:assert/strict";
import { Problem } from "../../../operations/problem";
import { compareImage } from "../../../operations/updates/images";
import { readOutdated } from "../../../operations/updates/project";
import { referencesIn } from "../../../operations/updates/references";
import { FakeEngine } from "./support/engine";

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

describe("stackbook updates", () => {
  const engine = (change: Partial<FakeEngine>): FakeEngine => new FakeEngine({ image: () => Promise.resolve({ id: digest("a"), digests: [`docker.io/library/redis@${digest("1")}`], bytes: 1, createdAt: "2026-11-21T08:00:00Z" }), ...change });

  it("asks for what its registry has under the tag now, not under the digest that is pinned", async () => {
    const asked: string[] = [];
    const answers = (now: string): FakeEngine => engine({ registryDigest: (reference) => (asked.push(reference), Promise.resolve(digest(now))) });
    assert.deepEqual(await compareImage(answers("2"), `redis:7.0@${digest("1")}`), { reference: `redis:7.0@${digest("1")}`, newer: true, digest: digest("2"), why: "" });
    assert.deepEqual(await compareImage(answers("1"), "redis:7.0"), { reference: "redis:7.0", newer: false, why: "" });
    assert.deepEqual(asked, ["redis:7.0", "redis:7.0"]);
  });

  it("says why nobody can tell, and takes that for no failure", async () => {
    const why = async (reference: string, change: Partial<FakeEngine>): Promise<string> => {
      const compared = await compareImage(engine(change), reference);
      assert.equal(compared.newer, undefined);
      return compared.why;
    };
    assert.match(await why("motel:1", { image: () => Promise.resolve({ id: "x", digests: [], bytes: 1, createdAt: "2026-11-21T08:00:00Z" }) }), /built here/);
    assert.match(await why("redis:7.0", { image: () => Promise.resolve(undefined) }), /has it no more/);
    assert.match(await why(digest("a"), {}), /by its content alone/);
    assert.equal(await why("redis:7.0", { registryDigest: () => Promise.reject(new Problem("the registry did not answer")) }), "the registry did not answer");
    await assert.rejects(compareImage(engine({ registryDigest: () => Promise.reject(new TypeError("a fault of ours")) }), "redis:7.0"), TypeError);
  });

  it("knows pulled images by the references that the stack pins, and each once", () => {
    const exported = { deployment: { resources: [
      { type: "docker:index/remoteImage:RemoteImage", inputs: { name: "redis:7.0" }, outputs: { imageId: digest("a") } },
      { type: "docker:index/container:Container", inputs: { name: "other" }, outputs: { imageId: digest("b") } },
    ] } };
    const container = (id: string, reference: string) => ({ image: { id, reference } });
    assert.deepEqual(referencesIn(exported, [container(digest("a"), digest("a")), container(digest("a"), digest("a")), container(digest("b"), "motel-backend:1.0.0")]), ["motel-backend:1.0.0", "redis:7.0"]);
    assert.deepEqual(referencesIn({}, []), []);
  });

  it("reads npm's answer, also one that has nothing", () => {
    assert.deepEqual(readOutdated('{"zod":{"current":"4.0.0","wanted":"4.0.1","latest":"4.1.0"},"ioredis":{"wanted":"5.11.1","latest":"6.0.0"}}'), [
      { name: "ioredis", wanted: "5.11.1", latest: "6.0.0" }, { name: "zod", current: "4.0.0", wanted: "4.0.1", latest: "4.1.0" },
    ]);
    assert.deepEqual(readOutdated(""), []);
    assert.throws(() => readOutdated('{"error":{"code":"EAI_AGAIN"}}'));
  });
});

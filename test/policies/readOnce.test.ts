import assert from "node:assert/strict";
import { createRequire } from "node:module";

const load = createRequire(__filename);

interface Deserialize {
  deserializeProperties(message: unknown, proxySecrets: boolean): Readonly<Record<string, unknown>>;
}

describe("a resource that many policies look at", () => {
  load("../../policies/readOnce.cjs");
  // By the module's own object, as the library's server calls it: a release that calls it otherwise is only slower.
  const library = load("@pulumi/policy/deserialize") as Deserialize;
  const message = (value: object): { times: number; toJavaScript(): object } => ({
    times: 0,
    toJavaScript() {
      this.times += 1;
      return value;
    },
  });

  it("is read once", () => {
    const asked = message({ image: "web@sha256:1", command: ["serve"] });
    const first = library.deserializeProperties(asked, false);
    assert.deepEqual(first, { image: "web@sha256:1", command: ["serve"] });
    assert.equal(library.deserializeProperties(asked, false), first);
    assert.equal(asked.times, 1);
  });

  it("is read by itself: another one's properties are its own", () => {
    assert.deepEqual(library.deserializeProperties(message({ image: "a" }), false), { image: "a" });
    assert.deepEqual(library.deserializeProperties(message({ image: "b" }), false), { image: "b" });
  });

  it("is read anew where secrets are to stay wrapped", () => {
    const asked = message({ image: "a" });
    library.deserializeProperties(asked, false);
    library.deserializeProperties(asked, true);
    assert.equal(asked.times, 2);
  });
});

import assert from "node:assert/strict";
import { refusal } from "../../../components/release/guard";
import { configHash } from "../../../releases/record";

describe("the hash of a stack's settings", () => {
  const given = { "stackbook:domain": "example.org", "stackbook:systems": '{"motel":{"version":"1.0.0","services":{"backend":{"replicas":2}}}}' };

  it("is the same for the program's text and the file's maps, in any order", () => {
    const asFile = { "stackbook:systems": { motel: { services: { backend: { replicas: 2 } }, version: "1.0.0" } }, "stackbook:domain": "example.org" };
    assert.equal(configHash(given), configHash(asFile));
  });

  it("is another one for every change, but for the number of the update", () => {
    assert.notEqual(configHash(given), configHash({ ...given, "stackbook:domain": "example.com" }));
    assert.notEqual(configHash(given), configHash({ ...given, "stackbook:systems": given["stackbook:systems"].replace("2", "3") }));
    assert.equal(configHash(given), configHash({ ...given, "stackbook:sequence": "4" }));
  });
});

describe("the guard of the sequence", () => {
  const about = { source: "Pulumi.prod.yaml", stack: "prod", operation: { command: "deploy", what: "deploy motel 2.0.0", who: "ops@desk", why: "ticket 12" } };

  it("lets a newer or equal file through, and the first one", () => {
    assert.equal(refusal({}, { ...about, sequence: 0 }), undefined);
    assert.equal(refusal({ ...about, sequence: 4 }, { ...about, sequence: 4 }), undefined);
    assert.equal(refusal({ ...about, sequence: 4 }, { ...about, sequence: 5 }), undefined);
  });

  it("refuses an older one with what came after it, by whom, and what to do", () => {
    const said = refusal({ ...about, sequence: 4 }, { ...about, sequence: 3, operation: { command: "pulumi up", what: "pulumi up", who: "dev@laptop" } }) ?? "";
    for (const part of ["Pulumi.prod.yaml", "is 3", "had 4", "deploy motel 2.0.0, by ops@desk (ticket 12)", "nothing was touched", "git pull", "npx stackbook settings pull --stack prod"]) assert.ok(said.includes(part), part);
    assert.match(refusal({ ...about, sequence: 4 }, { ...about, sequence: 0 }) ?? "", /is missing or 0/);
  });
});

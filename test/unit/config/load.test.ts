import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keysHoldingSecrets } from "../../../config/nested-secrets";
import { parseConfig, readPulumiConfig } from "../../../config/load";
import * as pulumi from "@pulumi/pulumi";
import { strongSecret } from "./fixtures";

const stackFile = `encryptionsalt: v1:7DtiFVqPpU4=:v1:kdNis+OxLSpEXVk/:UUF/NAp5FpmjKFcjM5Dt1q4t5EqSnw==
config:
  stackbook:systems:
    motel:
      services:
        backend:
          settings:
            GREETING:
              secure: v1:SEahzsiik6OwtuCP:9lM1Q5lcWcZs20H4DARlSKflOj/Xs6C2wHNPZg==
  stackbook:edge: { httpPort: 80, tls: { kind: self-signed } }
  "stackbook:tags": { team: { secure: "AAABAKgHOJSQ+lM1Q5lcWcZs20H4DAR" } }
  stackbook:demo:
    secure: "true"
  motel:jwtSecret:
    secure: v1:KMUqrJ7PJHAjkQgr:I7z/+jfe/rVs2zDYEk8Q8UwAiqLI6rBHdi
`;

describe("reading Pulumi's configuration", () => {
  const folder = mkdtempSync(join(tmpdir(), "stackbook-config-"));
  after(() => rmSync(folder, { recursive: true }));

  before(async () => {
    await pulumi.runtime.setMocks({ newResource: () => assert.fail("no resource here"), call: () => assert.fail("no call here") }, "stackbook", "dev");
  });
  after(() => pulumi.runtime.setAllConfig({}));

  it("hands over every value, which of them are secret, and the file they are in", () => {
    pulumi.runtime.setAllConfig({ "stackbook:systems": '{"sms":{}}', "sms:jwtSecret": strongSecret, "sms:API_TOKEN": "x" }, ["sms:jwtSecret"]);
    assert.deepEqual(readPulumiConfig(folder), {
      project: "stackbook",
      stack: "dev",
      values: { "stackbook:systems": '{"sms":{}}', "sms:jwtSecret": strongSecret, "sms:API_TOKEN": "x" },
      secretKeys: new Set(["sms:jwtSecret"]),
      source: "Pulumi.dev.yaml",
    });
  });

  it("gives what parseConfig takes, secrets found by the name it gives", () => {
    pulumi.runtime.setAllConfig({ "stackbook:systems": '{"sms":{}}', "sms:jwtSecret": strongSecret }, ["sms:jwtSecret"]);
    const reference = parseConfig(readPulumiConfig(folder)).systems[0]?.givenSecrets["jwtSecret"] ?? assert.fail("no reference");
    assert.doesNotThrow(() => new pulumi.Config(reference.namespace).requireSecret(reference.key));
  });

  it("finds the encrypted values inside of maps, which Pulumi hands over unmarked", () => {
    assert.deepEqual(keysHoldingSecrets(stackFile), ["stackbook:systems", "stackbook:tags", "motel:jwtSecret"]);
    assert.deepEqual(keysHoldingSecrets(""), []);
  });

  it("refuses an encrypted value among plain settings", () => {
    const decrypted = { motel: { services: { backend: { settings: { GREETING: "planted-value" } } } } };
    pulumi.runtime.setAllConfig({ "stackbook:systems": JSON.stringify(decrypted) });
    writeFileSync(join(folder, "Pulumi.dev.yaml"), stackFile);
    assert.throws(
      () => parseConfig(readPulumiConfig(folder)),
      (error: Error) => error.message.includes("systems is holding a secret value in Pulumi.dev.yaml") && !error.message.includes("planted"),
    );
  });
});

import assert from "node:assert/strict";
import { parseConfig, readPulumiConfig } from "../../../config/load";
import * as pulumi from "@pulumi/pulumi";
import { strongSecret } from "./fixtures";

describe("reading Pulumi's configuration", () => {
  before(async () => {
    await pulumi.runtime.setMocks({ newResource: () => assert.fail("no resource here"), call: () => assert.fail("no call here") }, "stackbook", "dev");
  });
  after(() => pulumi.runtime.setAllConfig({}));

  it("hands over every value, which of them are secret, and the file they are in", () => {
    pulumi.runtime.setAllConfig({ "stackbook:systems": '{"sms":{}}', "sms:jwtSecret": strongSecret, "sms:API_TOKEN": "x" }, ["sms:jwtSecret"]);
    assert.deepEqual(readPulumiConfig(), {
      project: "stackbook",
      stack: "dev",
      values: { "stackbook:systems": '{"sms":{}}', "sms:jwtSecret": strongSecret, "sms:API_TOKEN": "x" },
      secretKeys: new Set(["sms:jwtSecret"]),
      source: "Pulumi.dev.yaml",
    });
  });

  it("gives what parseConfig takes, secrets found by the name it gives", () => {
    pulumi.runtime.setAllConfig({ "stackbook:systems": '{"sms":{}}', "sms:jwtSecret": strongSecret }, ["sms:jwtSecret"]);
    const reference = parseConfig(readPulumiConfig()).systems[0]?.givenSecrets["jwtSecret"] ?? assert.fail("no reference");
    assert.doesNotThrow(() => new pulumi.Config(reference.namespace).requireSecret(reference.key));
  });
});

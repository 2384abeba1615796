import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { readSettings } from "../../../bootstrap/backups/settings";

const example = (parse(readFileSync(join(__dirname, "../../../bootstrap/backups/Pulumi.example.yaml"), "utf8")) as { config: Record<string, unknown> }).config;
/** As Pulumi hands it over: text as it is, everything else as JSON. */
const values = (more: Record<string, unknown> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...example, ...more }).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]));

describe("the settings of the backup bucket's stack", () => {
  it("are the example's", () => {
    assert.deepEqual(readSettings(values(), "Pulumi.prod.yaml"), {
      bucket: "example-stackbook-backups", encryption: "ownKey", lock: { mode: "governance", days: 30 }, alarmTargets: ["arn:aws:sns:eu-central-1:123456789012:on-call"],
      systems: [{ id: "mps" }, { id: "sms", deployDays: 180 }],
    });
  });

  it("are refused with all that is wrong, at once", () => {
    const wrong = values({ "stackbook-backups:bucket": "Backups!", "stackbook-backups:systems": { mps: { deployDays: 0 } }, "stackbook-backups:encription": "ownKey" });
    assert.throws(() => readSettings(wrong, "Pulumi.prod.yaml"), (error: Error) => {
      assert.match(error.message, /^Pulumi\.prod\.yaml has 3 problems; keys are bucket, prefix, systems, /);
      for (const part of [/stackbook-backups:bucket: must be 3-63 small letters/, /stackbook-backups:systems\.mps\.deployDays: /, /encription/]) assert.match(error.message, part);
      return true;
    });
  });

  it("need a system that there is", () => {
    assert.throws(() => readSettings(values({ "stackbook-backups:systems": {} }), "x"), /must name one of mps, fetms, memo, motel, sms/);
    assert.throws(() => readSettings(values({ "stackbook-backups:systems": { hotel: {} } }), "x"), /systems/);
  });
});

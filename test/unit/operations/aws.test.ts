import assert from "node:assert/strict";
import { commands } from "../../../operations/commands";
import { connectTo } from "../../../operations/main";
import { Problem } from "../../../operations/problem";
import { locateStack } from "../../../operations/stack";

describe("stackbook on a stack on AWS", () => {
  const file = "config:\n  stackbook:platform: aws\n  stackbook:aws: { region: eu-central-1, namePrefix: web }\n";

  it("knows the stack by its file, and refuses each command that wants an engine before it does anything", async () => {
    const place = await locateStack("far", { PULUMI_BACKEND_URL: "file:///nowhere" }, () => file);
    assert.deepEqual(place.aws, { namePrefix: "web", region: "eu-central-1" });
    for (const command of Object.keys(commands)) {
      assert.throws(() => connectTo(place, [command, "motel", "--stack", "far"]), (error) => error instanceof Problem && error.message === `stackbook ${command} doesn't work on AWS yet` && !/[{}]/.test(error.remedy.join()));
    }
  });

  it("says what does the same, with the stack's own names", () => {
    const place = { name: "far", dockerHost: undefined, aws: { namePrefix: "web", region: "eu-central-1" } };
    const says = (command: string): string => {
      try {
        connectTo(place, [command, "--stack", "far", "motel"]);
      } catch (error) {
        return error instanceof Problem ? error.remedy.join("\n") : assert.fail(String(error));
      }
      return assert.fail(`${command} is not refused`);
    };
    assert.match(says("logs"), /^aws logs tail \/stackbook\/far\/<system>\/backend --region eu-central-1 --follow\nNothing was touched/);
    assert.match(says("emergency-stop"), /--cluster web --service web-<system>-backend-a --desired-count 0/);
    assert.match(says("deploy"), /in Pulumi\.far\.yaml, then: pulumi up/);
  });
});

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Problem } from "../../../operations/problem";
import { openStack } from "../../../operations/stack";

describe("a stack, as the CLI tells of it", () => {
  let folder: string;
  const calls = (): string[] => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
  /** A CLI that knows one stack. */
  const env = (change: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`, PULUMI_BACKEND_URL: "file:///nowhere", ...change });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-stack-"));
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh
echo "$*" >> ${folder}/calls
case "$*" in
  "stack --show-name --non-interactive") echo chosen ;;
  "stack output --json --stack empty --non-interactive") echo '{}' ;;
  "stack output --json --stack broken --non-interactive") echo "error: no stack named 'broken' found" >&2; exit 255 ;;
  "stack output --json --stack "*) echo '{"environment":"prod","monitoring":{"statusContainer":"s"}}' ;;
  "config --json --stack remote --non-interactive") echo '{"stackbook:host":{"value":"ssh://deploy@host","secret":false}}' ;;
  "config --json --stack here --non-interactive") echo '{"stackbook:host":{"value":"local","secret":false}}' ;;
  "config --json --stack "*) echo '{}' ;;
  *) echo "unknown: $*" >&2; exit 1 ;;
esac
`);
    chmodSync(join(folder, "pulumi"), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is the one that is named, then PULUMI_STACK's, then the selected one", async () => {
    assert.equal((await openStack("named", env({ PULUMI_STACK: "other" }))).name, "named");
    assert.equal((await openStack(undefined, env({ PULUMI_STACK: "other" }))).name, "other");
    assert.equal((await openStack(undefined, env())).name, "chosen");
    assert.equal((await openStack("named", env())).outputs.monitoring?.statusContainer, "s");
    assert.ok(!calls().some((call) => call.includes("--show-secrets")), "no command needs the stack's secrets");
  });

  it("lives on the engine its configuration names, or the environment's", async () => {
    assert.equal((await openStack("remote", env({ DOCKER_HOST: "unix:///x" }))).dockerHost, "ssh://deploy@host");
    assert.equal((await openStack("here", env({ DOCKER_HOST: "unix:///x" }))).dockerHost, "unix:///x");
    assert.equal((await openStack("plain", env())).dockerHost, undefined);
  });

  it("says what to do when it is unknown, was never up, or the CLI is not there", async () => {
    const said = async (name: string, environment = env()): Promise<string> => {
      const error = await openStack(name, environment).then(() => assert.fail("it was opened"), (reason: unknown) => reason);
      assert.ok(error instanceof Problem, String(error));
      return error.text();
    };
    assert.match(await said("broken"), /pulumi stack output failed:\n {2}error: no stack named 'broken' found\n {2}Name another stack with --stack/);
    assert.match(await said("empty"), /the stack empty has no outputs.*\n {2}Bring it up with: pulumi up --stack empty/);
    assert.match(await said("any", env({ PATH: "/nowhere" })), /the Pulumi CLI was not found/);
  });
});

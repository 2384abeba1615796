import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Problem } from "../../../operations/problem";
import { openStack } from "../../../operations/stack";

const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:abc" };
const container = (name: string, change: object = {}): object => ({
  urn: `urn:pulumi:named::stackbook::stackbook:system:System$docker:index/container:Container::${name}`, type: "docker:index/container:Container", custom: true, id: `id-of-${name}`,
  outputs: { name: `${name}-1a2b3c4`, image: "motel:1", envs: secret, labels: [{ label: "stackbook.system", value: "motel" }] }, ...change,
});
const exported = {
  version: 3,
  deployment: {
    manifest: {}, pending_operations: [{ type: "creating", resource: { urn: "urn:pulumi:named::stackbook::docker:index/container:Container::motel-cache", type: "x" } }],
    resources: [
      { urn: "urn:pulumi:named::stackbook::pulumi:pulumi:Stack::stackbook-named", type: "pulumi:pulumi:Stack", outputs: { environment: "prod", monitoring: { statusContainer: "s", many: [1, secret] }, credentials: secret } },
      container("motel-backend-a-0"), container("motel-backend-b-0", { delete: true }),
    ],
  },
};

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
  "stack export --stack empty --non-interactive") echo '{"version":3,"deployment":{"manifest":{}}}' ;;
  "stack export --stack broken --non-interactive") echo "error: no stack named 'broken' found" >&2; exit 255 ;;
  "stack export --stack "*) cat ${folder}/export.json ;;
  "config --json --stack remote --non-interactive") echo '{"stackbook:host":{"value":"ssh://deploy@host","secret":false}}' ;;
  "config --json --stack here --non-interactive") echo '{"stackbook:host":{"value":"local","secret":false}}' ;;
  "config --json --stack "*) echo '{}' ;;
  *) echo "unknown: $*" >&2; exit 1 ;;
esac
`);
    chmodSync(join(folder, "pulumi"), 0o755);
    writeFileSync(join(folder, "export.json"), JSON.stringify(exported));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is the one that is named, then PULUMI_STACK's, then the selected one", async () => {
    assert.equal((await openStack("named", env({ PULUMI_STACK: "other" }))).name, "named");
    assert.equal((await openStack(undefined, env({ PULUMI_STACK: "other" }))).name, "other");
    assert.equal((await openStack(undefined, env())).name, "chosen");
    assert.equal((await openStack("named", env())).outputs.monitoring?.statusContainer, "s");
    assert.ok(!calls().some((call) => call.includes("--show-secrets")), "no command needs the stack's secrets");
  });

  it("says in one reading what its outputs are, secrets hidden, and which containers it made", async () => {
    const { outputs, settings, state } = await openStack("remote", env());
    assert.deepEqual(outputs, { environment: "prod", monitoring: { statusContainer: "s", many: [1, "[secret]"] }, credentials: "[secret]" });
    const known = { image: "motel:1", labels: { "stackbook.system": "motel" } };
    assert.deepEqual(state, {
      containers: [
        { id: "id-of-motel-backend-a-0", name: "motel-backend-a-0-1a2b3c4", ...known, leaving: false },
        { id: "id-of-motel-backend-b-0", name: "motel-backend-b-0-1a2b3c4", ...known, leaving: true },
      ],
      pending: ["creating motel-cache"],
    });
    assert.equal(settings?.["stackbook:host"]?.value, "ssh://deploy@host");
    assert.equal(calls().length, 2, "each call of the CLI takes a third of a second");
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
    assert.match(await said("broken"), /pulumi stack export failed:\n {2}error: no stack named 'broken' found\n {2}Name another stack with --stack/);
    assert.match(await said("empty"), /the stack empty has no outputs.*\n {2}Bring it up with: pulumi up --stack empty/);
    assert.match(await said("any", env({ PATH: "/nowhere" })), /the Pulumi CLI was not found/);
  });
});

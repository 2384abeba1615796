import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { takeLock } from "../../../operations/change/lock";
import { commands } from "../../../operations/commands";
import { refusals } from "../../../operations/kubernetes/refusals";
import { connectTo } from "../../../operations/main";
import { Problem } from "../../../operations/problem";
import { locateStack } from "../../../operations/stack";

/** Need no engine, or only a pod's own program, or the lock. */
const working = ["apply", "audit", "backup", "backups", "block", "blocks", "completion", "drift", "drill", "history", "maintenance", "preview", "recovery-kit", "restore", "runbook", "scale", "settings", "unblock", "unlock", "verify"];

/** kubectl as far as it is used: maps in a file, and a pod that answers with what it was told. */
const program = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
const args = process.argv.slice(2), folder = ${JSON.stringify("FOLDER")}, file = folder + "/maps.json";
appendFileSync(folder + "/asked", args.join(" ") + "\\n");
const maps = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
const keep = (items) => writeFileSync(file, JSON.stringify(items));
const at = args.findIndex((word) => ["create", "get", "delete", "exec"].includes(word));
const input = () => readFileSync(0, "utf8");
if (args[at] === "get") console.log(JSON.stringify({ items: maps }));
if (args[at] === "delete") keep(maps.filter(({ metadata }) => metadata.name !== args[at + 2]));
if (args[at] === "create") {
  const made = JSON.parse(input());
  if (maps.some(({ metadata }) => metadata.name === made.metadata.name)) { console.error("Error from server (AlreadyExists): configmaps already exists"); process.exit(1); }
  keep([...maps, made]);
}
if (args[at] === "exec") { console.error("half done"); console.log(args.slice(at).join(" ") + " < " + input().trim()); process.exit(3); }
`;

describe("stackbook on a stack on Kubernetes", () => {
  const cluster = { context: "staging", namespacePrefix: "web" };
  const place = { name: "far", dockerHost: undefined, cluster };
  let folder = "";
  const before_ = process.env["PATH"] ?? "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-kubectl-"));
    writeFileSync(join(folder, "kubectl"), program.replace("FOLDER", folder));
    chmodSync(join(folder, "kubectl"), 0o755);
    process.env["PATH"] = `${folder}${delimiter}${before_}`;
  });
  after(() => {
    process.env["PATH"] = before_;
    rmSync(folder, { recursive: true });
  });
  const asked = (): string[] => readFileSync(join(folder, "asked"), "utf8").trim().split("\n");

  it("knows of every command whether it works there", () => {
    assert.deepEqual([...working, ...Object.keys(refusals)].sort(), Object.keys(commands).sort());
  });

  for (const command of Object.keys(refusals)) {
    it(`refuses ${command} with what does the same, before it does anything`, () => {
      assert.throws(
        () => connectTo(place, [command, "--stack", "far", "motel"]),
        (error: unknown) => {
          assert.ok(error instanceof Problem);
          assert.match(error.message, new RegExp(`^stackbook ${command} doesn't work on Kubernetes yet$`));
          assert.ok(error.remedy.length > 0);
          assert.doesNotMatch(error.text(), /\{(prefix|stack)\}/);
          return true;
        },
      );
    });
  }

  it("names the cluster's own context and namespaces", () => {
    assert.throws(() => connectTo(place, ["restart", "motel"]), (error: unknown) => error instanceof Problem && error.remedy[0] === "kubectl --context staging -n web-<system> rollout restart deployment/backend-a");
  });

  for (const command of working) {
    it(`lets ${command} begin`, () => assert.equal(typeof connectTo(place, [command]).exec, "function"));
  }

  it("goes to Docker's engine for a stack on Docker", () => assert.equal(typeof connectTo({ name: "dev", dockerHost: undefined }, ["logs"]).exec, "function"));

  it("keeps the lock in the cluster, where others see it, and gives it back", async () => {
    const engine = connectTo(place, ["block"]);
    const request = { stack: "far", who: "ops@desk", now: new Date(), say: () => undefined };
    const release = await takeLock(engine, { ...request, what: "block" });
    await assert.rejects(takeLock(connectTo(place, ["scale"]), { ...request, what: "scale" }), /"block" by ops@desk .* is at work on the stack far/);
    await release();
    await (await takeLock(engine, { ...request, what: "scale" }))();
    assert.ok(asked().includes("--context staging --namespace web-edge create --filename -"));
  });

  it("asks a program in its pod, hands it a line, and tells what it says meanwhile", async () => {
    const lines: string[] = [];
    const ended = await connectTo(place, ["backup"]).exec("web-motel/backup", ["node", "/app/backup.js", "run"], `{"tier":"manual"}`, { onProgress: (line) => lines.push(line) });
    assert.deepEqual(ended, { code: 3, err: "half done\n", out: `exec --stdin deploy/backup -- node /app/backup.js run < {"tier":"manual"}\n` });
    assert.deepEqual(lines, ["half done"]);
    assert.equal(asked().at(-1), "--context staging --namespace web-motel exec --stdin deploy/backup -- node /app/backup.js run");
  });

  it("refuses by itself what no cluster has, whoever asks", () => assert.throws(() => void connectTo(place, ["backup"]).stop("x", 1), /stopping a container is not to be had on Kubernetes/));

  it("is told so by the stack file alone, in an emergency", async () => {
    const found = await locateStack("far", { PULUMI_BACKEND_URL: "file:///nowhere" }, () => "config:\n  stackbook:platform: kubernetes\n  stackbook:kubernetes: { kubeconfig: /k }\n");
    assert.deepEqual(found.cluster, { kubeconfig: "/k", namespacePrefix: "stackbook-far" });
  });
});

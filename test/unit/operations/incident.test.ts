import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../../operations/commands/types";
import type { Ended } from "../../../operations/engine";
import { runCommand } from "../../../operations/main";
import type { Stack, StackOutputs } from "../../../operations/stack";
import type { Answer, Incident } from "../../../operations/statusAgent";
import { FakeEngine } from "./support/engine";
import { nobody, noCli } from "./support/fakes";

const opened: Incident = {
  id: "2026-11-21-memo-sign-in-fails", system: "memo", severity: 2, issue: "Sign-in | fails", impact: "Nobody <can> sign in", status: "Investigating", eta: "Unknown",
  startedAt: "2026-11-21T09:40:00.000Z", openedAt: "2026-11-21T10:00:00.000Z", openedBy: "ops@desk",
  updates: [{ at: "2026-11-21T10:00:00.000Z", by: "ops@desk", status: "Investigating", eta: "Unknown", severity: 2 }], remindAt: "2026-11-21T10:30:00.000Z",
};
const resolved: Incident = {
  ...opened, status: "Resolved", resolved: { at: "2026-11-21T11:05:00.000Z", by: "ops@desk", resolution: "Restarted Redis\n<!-- end of the timeline -->", nextSteps: "None" },
};
const titles = { memo: "MemoApp", stack: "All systems" };

describe("stackbook incident", () => {
  let root: string;
  let asked: { readonly container: string; readonly command: readonly string[]; readonly request: Record<string, unknown> }[];
  let answer: Answer | { readonly error: { readonly message: string; readonly problems: readonly string[] } };
  let ended: Partial<Ended>;
  let outputs: StackOutputs;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stackbook-operations-"));
    asked = [];
    ended = {};
    outputs = { monitoring: { status: "https://status.example.org", statusContainer: "prod-status" } };
    answer = { incident: opened, notice: { id: "n1", title: "INCIDENT", text: "INCIDENT ALERT - Severity 2 (High)", delivered: true }, page: "https://status.example.org", updateMinutes: 30, timeZone: "Europe/Athens", titles };
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const context = (): Context => ({
    root, env: {}, now: () => new Date("2026-11-21T10:00:00Z"), who: "ops@desk", ...nobody,
    openStack: (name) => Promise.resolve<Stack>({ name: name ?? "dev", outputs, dockerHost: undefined, cli: noCli }),
    connect: () => new FakeEngine({
      exec: (container, command, line) => {
        asked.push({ container, command, request: JSON.parse(line) as Record<string, unknown> });
        return Promise.resolve({ code: 0, out: `${JSON.stringify(answer)}\n`, err: "", ...ended });
      },
    }),
  });
  const run = async (...argv: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
    const texts = { out: "", err: "" };
    const code = await runCommand(argv, context(), { out: (text) => (texts.out += text), err: (text) => (texts.err += text) });
    return { code, ...texts };
  };
  const open = ["incident", "open", "--system", "memo", "--severity", "2", "--issue", "Sign-in fails", "--impact", "All"];

  it("hands an opening to the agent in its container, with who and since when", async () => {
    const { code, out, err } = await run(...open, "--since", "1h20m", "--stack", "prod");
    assert.equal(code, 0, err);
    assert.deepEqual(asked, [{
      container: "prod-status", command: ["node", "/app/status.js", "incident", "open"],
      request: { system: "memo", severity: 2, issue: "Sign-in fails", impact: "All", status: "Investigating", eta: "Unknown", since: "2026-11-21T08:40:00.000Z", by: "ops@desk" },
    }]);
    assert.match(out, /^INCIDENT ALERT - Severity 2 \(High\)\n\nSent to Alertmanager/);
    assert.match(out, /The next update is due at 2026-11-21 12:30 \(Europe\/Athens\): npx stackbook incident update 2026-11-21-memo-sign-in-fails --message/);
    assert.match(out, /File: incidents\/2026-11-21-memo-sign-in-fails\.md\n/);
  });

  it("says plainly when nobody was told yet", async () => {
    answer = { ...(answer as Answer), notice: { id: "n1", title: "", text: "x", delivered: false } };
    assert.match((await run(...open)).out, /NOT SENT YET: Alertmanager does not answer.*Tell people yourself/);
  });

  it("refuses what is missing or wrong before it asks anybody, everything at once", async () => {
    const { code, err } = await run("incident", "open", "--severity", "P1", "--since", "2026");
    assert.equal(code, 2);
    for (const problem of ["--system is missing", "--issue is missing", "--impact is missing", "--severity is P1: give 1 (critical)", "--since is 2026: give 20m"]) assert.ok(err.includes(problem), problem);
    assert.equal((await run("incident", "update", "x")).code, 2);
    assert.match((await run("incident", "resolve")).err, /--resolution is missing/);
    assert.equal(asked.length, 0);
  });

  it("passes on what the agent refuses, in the words of the command line", async () => {
    answer = { error: { message: "the incident can't be opened", problems: ["system is payroll: use one of memo, stack", "nextSteps is missing: give follow-up actions"] } };
    const { code, err } = await run(...open);
    assert.equal(code, 1);
    assert.equal(err, "error: the incident can't be opened:\n  --system is payroll: use one of memo, stack\n  --next-steps is missing: give follow-up actions\n");
  });

  it("updates and resolves by id, or by system", async () => {
    await run("incident", "update", opened.id, "--message", "Found it", "--severity", "3");
    assert.deepEqual(asked[0]?.request, { id: opened.id, message: "Found it", severity: 3, by: "ops@desk" });
    await run("incident", "resolve", "--system", "memo", "--resolution", "Restarted", "--next-steps", "Alert");
    assert.deepEqual(asked[1]?.request, { system: "memo", resolution: "Restarted", nextSteps: "Alert", by: "ops@desk" });
  });

  it("writes a file with timeline and post-mortem, and never touches what people wrote in it", async () => {
    await run(...open);
    const path = join(root, "incidents", `${opened.id}.md`);
    const first = readFileSync(path, "utf8");
    assert.match(first, /^# MemoApp: Sign-in \\\| fails\n/);
    assert.match(first, /\| Impact \| Nobody \\<can\\> sign in \|/);
    assert.match(first, /- 2026-11-21 11:40: it began\n- 2026-11-21 12:00: opened; Investigating \(ops@desk\)/);
    assert.match(first, /## Post-mortem[\s\S]*### Root cause[\s\S]*within 5 working days/);
    writeFileSync(path, first.replace("### Root cause\n", "### Root cause\n\nRedis was full.\n"));
    answer = { ...(answer as Answer), incident: resolved };
    assert.match((await run("incident", "resolve", "--resolution", "x")).out, /write its post-mortem, then commit it/);
    const second = readFileSync(path, "utf8");
    assert.match(second, /\| Duration \| 1 h 25 min \|/);
    assert.match(second, /resolved; Restarted Redis/);
    assert.match(second, /### Root cause\n\nRedis was full\.\n/);
    await run("incident", "resolve", "--resolution", "x");
    assert.equal(readFileSync(path, "utf8"), second, "the agent's text can't end the timeline early");
  });

  it("lists what is open", async () => {
    answer = { incidents: [opened], updateMinutes: 30, timeZone: "Europe/Athens", titles };
    assert.match((await run("incident", "list")).out, /^2026-11-21-memo-sign-in-fails {2}severity 2, Investigating\n {2}MemoApp: Sign-in \| fails\n {2}since 2026-11-21 11:40 \(20 min\), last word 2026-11-21 12:00\n$/);
    answer = { incidents: [], updateMinutes: 30, timeZone: "UTC", titles };
    assert.equal((await run("incident", "list", "--all")).out, "No incident is open in the stack dev.\n");
    assert.deepEqual(asked.map(({ request }) => request["all"]), [false, true]);
  });

  it("speaks JSON where a program asks, errors too", async () => {
    const { out } = await run(...open, "--json");
    const json = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual([json["stack"], json["file"], json["page"]], ["dev", `incidents/${opened.id}.md`, "https://status.example.org"]);
    const failed = await run("incident", "open", "--json");
    assert.equal(failed.code, 2);
    assert.match((JSON.parse(failed.out) as { error: { message: string } }).error.message, /can't be opened/);
    assert.ok(!existsSync(join(root, "incidents", "undefined.md")));
  });

  it("says why there is no status agent, or that it did not answer", async () => {
    outputs = { monitoring: { statusContainer: null, missing: [{ part: "status", why: "it is switched off" }] } };
    assert.match((await run("incident", "list")).err, /the stack dev has no status agent: it is switched off\n {2}Switch it on with: pulumi config set --path stackbook:monitoring\.statusPage\.enabled true/);
    outputs = { monitoring: { statusContainer: "s" } };
    ended = { code: 137, out: "", err: "killed" };
    assert.match((await run("incident", "list")).err, /s gave no answer \(exit code 137\)\n {2}killed\n {2}Its log: docker logs --tail 50 s/);
  });

  it("shows help and refuses what it does not know, without a trace", async () => {
    assert.equal((await run("--help")).code, 0);
    assert.match((await run("incident", "open", "--help")).out, /--severity <1-4>[\s\S]*--stack <name>/);
    for (const argv of [["incidents"], ["incident", "close"], ["incident", "list", "--nothing"]]) {
      const { code, err } = await run(...argv);
      assert.equal(code, 2, argv.join(" "));
      assert.match(err, /^error: unknown/);
      assert.doesNotMatch(err, /\n\s+at /);
    }
  });
});

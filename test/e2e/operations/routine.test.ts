import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../../../operations/routine/types";
import { commandsIn, mentionProblem, problemOf } from "../../support/commandLines";
import { containersOf, engine } from "../support/engine";
import { Visitor } from "../support/http";
import { Clone } from "./support/clone";

const httpsPort = 31363;
const stack = new Clone("e2e-lists", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 31364, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 10 },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:monitoring": { enabled: false },
  "stackbook:backups": { enabled: false },
  "stackbook:systems": { memo: { version: "1.0.0" } },
});

describe("lists, reports and the runbook of a running stack", function () {
  this.timeout(900_000);
  const folder = mkdtempSync(join(tmpdir(), "stackbook-lists-"));
  let ca: string;

  before(async () => {
    await stack.start();
    await stack.up();
    ca = (await stack.outputs()).caCertificate;
    // The engine's own first look at what is new is seconds after the update's.
    await stack.done("health", "--wait", "2m");
  });
  after(async () => {
    await stack.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const check = async (...argv: readonly string[]): Promise<{ readonly code: number; readonly report: Report }> => {
    const { code, out, output } = await stack.stackbook("check", ...argv, "--json");
    assert.ok(out.startsWith("{"), output);
    return { code, report: JSON.parse(out) as Report };
  };
  const item = ({ items }: Report, key: string): Report["items"][number] => items.find((each) => each.key === key) ?? assert.fail(`${key} is missing in ${items.map((each) => each.key).join(", ")}`);

  it("look at what the machine can look at, call nothing green that they could not see, and write both reports", async () => {
    const { code, report } = await check("daily");
    assert.equal(code, 1, "without monitoring a list is not complete");
    assert.deepEqual([...new Set(report.items.map(({ system }) => system))].sort(), ["memo", "stack"]);
    assert.equal(item(report, "memo/daily/containers").verdict, "good");
    assert.equal(item(report, "stack/daily/drift").verdict, "good", item(report, "stack/daily/drift").says);
    for (const { by, key, run, says, verdict } of report.items) {
      assert.ok(by === "machine" ? says !== "" && verdict !== "open" : ["open", "good", "bad"].includes(verdict), key);
      assert.ok(verdict !== "bad" || run.length > 0, `${key} is bad, and nothing is said of what to do`);
      for (const line of run.flatMap((command) => commandsIn(`\`${command}\``))) assert.equal(await problemOf(line), undefined, line);
    }
    assert.ok(report.items.some(({ says, verdict }) => verdict === "unknown" && says.includes("has no Prometheus")));
    const [json = "", markdown = ""] = readdirSync(join(stack.folder, ".stackbook/reports")).sort();
    assert.deepEqual(JSON.parse(readFileSync(join(stack.folder, ".stackbook/reports", json), "utf8")), report);
    assert.match(readFileSync(join(stack.folder, ".stackbook/reports", markdown), "utf8"), /^# Daily check of e2e-lists\n[^]*There is no earlier report to compare with\.[^]*## The stack/);
  });

  it("say what became worse since the last one, and what to run", async () => {
    const [{ Id } = { Id: "" }] = await containersOf(stack.stack, { system: "memo", service: "cache" });
    await engine.getContainer(Id).stop();
    try {
      const { code, report } = await check("daily", "memo");
      assert.equal(code, 1);
      const { run, says, trend, verdict } = item(report, "memo/daily/containers");
      assert.deepEqual([verdict, trend?.change], ["bad", "worse"], says);
      assert.match(says, /memo-cache-\w+ ended with exit code 0/);
      assert.ok(run.length > 0);
      const written = readdirSync(join(stack.folder, ".stackbook/reports")).filter((name) => name.endsWith(".md")).sort().at(-1) ?? "";
      assert.match(readFileSync(join(stack.folder, ".stackbook/reports", written), "utf8"), /- Worse: .*memo\/daily\/containers/);
    } finally {
      await engine.getContainer(Id).start();
    }
  });

  it("show as questions what only people know, and take their answers", async () => {
    const { report } = await check("quarterly");
    const questions = report.items.filter(({ by }) => by === "person");
    assert.ok(questions.length > 0 && questions.every(({ verdict }) => verdict === "open"));
    const [first, second] = questions.map(({ key }) => key);
    writeFileSync(join(folder, "answers.yaml"), `${first ?? ""}: yes\n${second ?? ""}: { answer: no, note: nobody answers any more }\n`);
    const { code, report: answered } = await check("quarterly", "--answers", join(folder, "answers.yaml"));
    assert.equal(code, 1);
    assert.deepEqual([item(answered, first ?? "").verdict, item(answered, second ?? "").verdict], ["good", "bad"]);
    writeFileSync(join(folder, "answers.yaml"), "memo/quarterly/nothing: yes\n");
    const wrong = await stack.stackbook("check", "quarterly", "--answers", join(folder, "answers.yaml"));
    assert.deepEqual([wrong.code, /is no question of the quarterly list/.test(wrong.output)], [2, true]);
    assert.equal((await stack.stackbook("check", "daily", "nope")).code, 2);
    assert.match((await stack.stackbook("check", "daily", "motel")).output, /motel is stopped in the stack|has no system motel/);
  });

  it("tell of the week, and name what could not be read", async () => {
    const { out } = await stack.done("report", "weekly", "--output", folder);
    assert.match(out, /^# Weekly report of e2e-lists\n[^]*Not in this report:[^]*requests of memo: .*no Prometheus[^]*\| MemoApp \| 1\.0\.0 \| not known \|[^]*## Deploys and rollbacks[^]*memo 1\.0\.0/);
    const written = readdirSync(folder).filter((name) => name.startsWith("e2e-lists-week-")).sort();
    assert.deepEqual(written.map((name) => name.split(".").at(-1)), ["json", "md"]);
    assert.equal((await stack.stackbook("report", "weekly", "--days", "0")).code, 2);
  });

  it("write a runbook whose addresses answer, and whose commands can be typed", async () => {
    await stack.done("runbook", "--output", join(folder, "runbook"));
    const pages = Object.fromEntries(readdirSync(join(folder, "runbook")).map((name) => [name, readFileSync(join(folder, "runbook", name), "utf8")]));
    assert.deepEqual(Object.keys(pages).sort(), ["index.md", "memo.md", "stack.md"]);
    const all = Object.values(pages).join("\n");
    const addresses = [...new Set([...all.matchAll(/<(https:\/\/[^>\s]+)>/g)].map(([, url = ""]) => url))].filter((url) => url.includes("memo.localhost"));
    assert.ok(addresses.length >= 2, addresses.join(", "));
    for (const address of addresses) {
      const { origin, pathname } = new URL(address);
      const visitor = new Visitor(origin, ca);
      assert.equal((await visitor.ask(pathname)).status, 200, address);
      visitor.close();
    }
    const lines = [...new Set(commandsIn(all))];
    assert.ok(lines.length > 40 && lines.filter((line) => line.startsWith("--stack e2e-lists ")).length > 40, String(lines.length));
    for (const line of lines) assert.equal(await (/^(--stack \S+ )?[a-z-]+$/.test(line) ? mentionProblem(line) : problemOf(line)), undefined, line);
    for (const [, page = "", anchor] of all.matchAll(/\]\(([a-z]*\.md)?(?:#([a-z0-9-]+))?\)/g)) if (page !== "") assert.ok(page in pages, `${page}#${anchor ?? ""}`);
    assert.equal((await stack.stackbook("runbook", "nope")).code, 2);
  });

  it("complete what is typed with the commands there are", async () => {
    const script = (await stack.done("completion", "bash")).out;
    const complete = (...words: readonly string[]): string[] =>
      execFileSync("bash", ["-c", `${script}\nCOMP_WORDS=(stackbook ${words.map((word) => `'${word}'`).join(" ")}) COMP_CWORD=${words.length}\n_stackbook\nprintf '%s\\n' "\${COMPREPLY[@]}"`], { encoding: "utf8" }).trim().split("\n");
    assert.deepEqual(complete("emer"), ["emergency-stop"]);
    assert.deepEqual(complete("check", "qu"), ["quarterly"]);
    assert.deepEqual(complete("restart", "me"), ["memo"]);
  });
});

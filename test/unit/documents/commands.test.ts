import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { alertRows, everything, type RulesInput } from "../../../alerts";
import { ruleFiles } from "../../../alerts/prometheus";
import { exampleRunbook } from "../../../documents/runbook";
import { troubles } from "../../../operations/runbook/troubles";
import { shortCommands } from "../../../operations/runbook/systemPage";
import { commandsIn, commandsInSource, mentionProblem, problemOf } from "../../support/commandLines";

const root = join(__dirname, "../../..");
const input: RulesInput = { ...everything, stack: "prod", engineHost: "ssh://deploy@host.example.org", scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", thresholds: {}, maintenance: [], closed: [] };

/** Files below some folders, by their end. */
function filesIn(folders: readonly string[], end: RegExp): string[] {
  return folders.filter((folder) => existsSync(join(root, folder))).flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`)).filter((path) => end.test(path) && !path.includes("/dist/"));
}

async function problemsIn(lines: readonly (readonly [string, string])[], check: (line: string) => Promise<string | undefined>): Promise<string[]> {
  const problems: string[] = [];
  for (const [where, line] of lines) {
    const problem = await check(line);
    if (problem !== undefined) problems.push(`${where}: npx stackbook ${line}: ${problem}`);
  }
  return problems;
}

describe("commands that people are told to run", function () {
  // Each line loads the command that it names.
  this.timeout(60_000);

  it("by alerts can be typed as they are", async () => {
    const rules = Object.values(ruleFiles(input)).flatMap((groups) => groups.flatMap((group) => group.rules)).flatMap((rule) => ("alert" in rule ? [rule] : []));
    const lines = rules.flatMap(({ alert, annotations }) => ["command", "runbook"].flatMap((name) => commandsIn(`\`${annotations[name] ?? ""}\``).map((line) => [`${alert} ${name}`, line.replace(/ \(from .*$/, "")] as const)));
    assert.ok(lines.length > rules.length, `${lines.length} of ${rules.length} alerts`);
    assert.deepEqual(await problemsIn(lines, problemOf), []);
    const mentions = alertRows(everything).flatMap(({ description, id }) => commandsInSource(description).map((line) => [id, line] as const));
    assert.deepEqual(await problemsIn(mentions, mentionProblem), []);
  });

  it("by the runbook's pages can be typed as they are", async () => {
    const lines = Object.entries(exampleRunbook()).flatMap(([page, text]) => commandsIn(text).map((line) => [page, line] as const));
    assert.ok(lines.length > 300, String(lines.length));
    const unlike = [...new Map(lines.map((entry) => [entry[1].replace(/\b(mps|fetms|memo|motel|sms)\b/g, "motel"), entry])).values()];
    assert.deepEqual(await problemsIn(unlike, async (line) => (/^(--stack \S+ )?[a-z-]+$/.test(line) ? mentionProblem(line) : problemOf(line))), []);
  });

  it("by a trouble in short are spelled out", () => {
    const words = troubles.flatMap(({ then }) => then.flatMap((line) => [...line.matchAll(/`([a-z-]+) [^`]*`/g)].map(([, name = ""]) => name)));
    assert.deepEqual([...new Set(words)].filter((name) => !(shortCommands as readonly string[]).includes(name) && name !== "pulumi" && name !== "stackbook"), []);
  });

  it("by pages of docs/ and READMEs are there", async () => {
    const pages = ["README.md", ...filesIn(["docs", "agents", "airgap", "bootstrap"], /\.md$/).filter((path) => !path.includes("/node_modules/"))];
    const lines = pages.flatMap((page) => commandsIn(readFileSync(join(root, page), "utf8")).map((line) => [page, line] as const));
    assert.ok(lines.length > 350, String(lines.length));
    const unlike = [...new Map(lines.map((entry) => [entry[1].replace(/\b(mps|fetms|memo|motel|sms)\b/g, "motel"), entry])).values()];
    assert.deepEqual(await problemsIn(unlike, mentionProblem), []);
  });

  it("by messages of commands, program and set-up are there", async () => {
    const sources = filesIn(["operations", "components", "config", "platforms", "policies", "backups", "agents", "setup", "alerts", "halts", "releases"], /\.(ts|mjs)$/);
    const lines = sources.flatMap((file) => commandsInSource(readFileSync(join(root, file), "utf8")).map((line) => [file, line] as const));
    assert.ok(lines.length > 100, String(lines.length));
    assert.deepEqual(await problemsIn(lines, mentionProblem), []);
  });

  it("are found out when they are wrong", async () => {
    assert.match((await problemOf("restore")) ?? "", /missing required argument/);
    assert.match((await problemOf("backup motel --fast")) ?? "", /unknown option/);
    assert.match((await problemOf("backups")) ?? "", /Usage|sub-command/);
    assert.match((await problemOf("fly motel")) ?? "", /unknown command/);
    assert.equal(await problemOf('incident open --system <system> --severity 2 --issue "a b" --impact c | tee x'), undefined);
    assert.match((await mentionProblem("backups sort")) ?? "", /backups has no sort/);
    assert.match((await mentionProblem("restore latest --everything")) ?? "", /has no option --everything/);
    assert.equal(await mentionProblem("restore"), undefined);
  });
});

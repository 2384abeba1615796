import assert from "node:assert/strict";
import { policyMarkdown, policySarif, policyText, type PolicyReport } from "../../../operations/policy/report";
import { stateResources } from "../../../operations/policy/state";
import { judge } from "../../../policies/judge";
import { everyRule } from "../../../policies/rules";

const now = new Date("2026-11-21T12:00:00Z");
const password = "x7Kq2mB9vTz4LpWn";
const secret = (value: unknown): object => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: JSON.stringify(value) });
const urn = (type: string, name: string): string => `urn:pulumi:prod::stackbook::stackbook:system:System$${type}::${name}`;

function exported(command: string): string {
  const container = "docker:index/container:Container";
  return JSON.stringify({
    deployment: {
      resources: [
        { urn: urn("pulumi:pulumi:Stack", "stackbook-prod"), type: "pulumi:pulumi:Stack", outputs: {} },
        { urn: urn("random:index/randomPassword:RandomPassword", "motel-databasePassword"), type: "random:index/randomPassword:RandomPassword", custom: true, protect: true, created: "2026-01-01T00:00:00Z", inputs: { length: 16 }, outputs: { result: secret(password) } },
        { urn: urn(container, "gone"), type: container, custom: true, delete: true, inputs: { user: "root" } },
        {
          urn: urn(container, "motel-backend"), type: container, custom: true,
          inputs: { __provider: "code", user: "root", envs: secret([`DATABASE_PASSWORD=${password}`, "NODE_ENV=production-like"]), image: secret("registry.example.org/motel:1"), command: ["node", command] },
        },
      ],
    },
  });
}

function report(command = "server.js"): PolicyReport {
  const resources = stateResources(exported(command));
  const settings = { levels: { "alerts-present": "disabled", hsts: "advisory" }, exceptions: [{ rule: "no-root", resource: "motel-*", reason: "until | 1.5", until: "2026-12-31" }] } as const;
  const judged = judge(resources, { tags: {} }, { environment: "prod", settings, now }, { now, environment: "prod", resources, drills: {} });
  return { stack: "prod", environment: "prod", at: now.toISOString(), resources: resources.length, ...judged };
}

describe("policies against a stack's state", () => {
  it("look at what is there, with secrets opened, and not at what is leaving", () => {
    const [made, backend, ...rest] = stateResources(exported("server.js"));
    assert.deepEqual(rest, []);
    assert.equal(made?.protect, true);
    assert.deepEqual(made?.created, new Date("2026-01-01T00:00:00Z"));
    assert.deepEqual(made?.secrets, [password]);
    assert.deepEqual(backend?.props["envs"], [`DATABASE_PASSWORD=${password}`, "NODE_ENV=production-like"]);
    assert.deepEqual(backend?.secrets, [password], "an image that a provider marks is no secret");
    assert.ok(!("__provider" in (backend?.props ?? {})));
  });

  it("find a secret that the state has in the clear as well, and never show it", () => {
    const rules = (of: PolicyReport): string[] => of.violations.map(({ rule }) => rule).filter((rule) => rule.startsWith("secret-"));
    assert.deepEqual(rules(report()), ["secret-age"]);
    const bad = report(`--url=postgres://app:${password}@database`);
    assert.deepEqual(rules(bad), ["secret-marked", "secret-age"]);
    for (const text of [policyText(bad), policyMarkdown(bad), JSON.stringify(policySarif(bad, "1"))]) assert.ok(!text.includes(password));
  });

  it("are told to people, with exceptions", () => {
    const text = policyText(report());
    assert.match(text, /^Stack prod \(prod\): 2 resources, \d+ rules: \d+ mandatory and 0 advisory findings\./);
    assert.match(text, /mandatory {2}image-pinned: motel-backend: image is "registry\.example\.org\/motel:1"; append its digest/);
    assert.match(text, /exception of motel-\* from no-root, until 2026-12-31: until \| 1\.5/);
    assert.doesNotMatch(text, /mandatory +no-root/);
  });

  it("are written as a table that GitHub can show", () => {
    const lines = policyMarkdown(report()).split("\n");
    assert.equal(lines[0], "# Policies of prod");
    const rows = lines.filter((line) => line.startsWith("| mandatory"));
    assert.equal(rows.length, report().violations.length);
    for (const row of rows) assert.equal(row.replaceAll("\\|", "").split("|").length, 7, row);
    assert.match(policyMarkdown({ ...report(), violations: [], exceptions: [] }), /Every rule holds\./);
  });

  it("are written as SARIF 2.1.0, a result for each with its rule", () => {
    interface Sarif {
      readonly version: string;
      readonly runs: readonly { readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }; readonly results: readonly { readonly ruleId: string; readonly ruleIndex: number; readonly level: string; readonly partialFingerprints: object }[] }[];
    }
    // What it is made of is objects and texts alone, so this is what a reader gets.
    const { runs, version } = JSON.parse(JSON.stringify(policySarif(report(), "0.1.0"))) as Sarif;
    assert.equal(version, "2.1.0");
    assert.deepEqual(runs[0]?.tool.driver.rules.map(({ id }) => id), everyRule.map(({ name }) => name));
    for (const { ruleId, ruleIndex } of runs[0]?.results ?? []) assert.equal(runs[0]?.tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.deepEqual(runs[0]?.results.map(({ level }) => level), report().violations.map(({ level }) => (level === "mandatory" ? "error" : "warning")));
    assert.equal(new Set(runs[0]?.results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))).size, runs[0]?.results.length, "each its own");
  });
});

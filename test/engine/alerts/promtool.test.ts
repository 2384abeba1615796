import assert from "node:assert/strict";
import { XMLParser } from "fast-xml-parser";
import { alertRows, everything, renderPrometheusRules, watched, type RulesInput } from "../../../alerts";
import { ruleFiles } from "../../../alerts/prometheus";
import { inImage } from "../inImage";
import { exactNames, exactTests } from "./exact";
import { storiesOf } from "./stories";
import { testFiles } from "./testFiles";

const directory = "/tmp";
const input: RulesInput = { ...everything, stack: "prod", scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", thresholds: {}, maintenance: [], closed: [] };

describe("Prometheus's own tool", function () {
  this.timeout(120_000);

  const inputs: Readonly<Record<string, RulesInput>> = {
    "everything there is": input,
    "one system, few parts, slow readings, another zone": { ...input, systems: [watched("motel")], jobs: ["prometheus", "edge", "host"], scrapeSeconds: 300, timeZone: "Europe/Berlin" },
    "a stack without systems": { ...input, systems: [] },
    "thresholds of one's own": { ...input, thresholds: { sms: { "error-rate": { digest: 0.5, ticket: 1.25, page: 3.5 } }, stack: { "host-disk": { ticket: 70 } } }, engineHost: "ssh://deploy@host.example.org" },
  };
  for (const [what, given] of Object.entries(inputs)) {
    it(`takes the rules of ${what}`, async () => {
      const files = renderPrometheusRules(given);
      const { code, output } = await inImage("prometheus", directory, files, `promtool check rules --lint=all --lint-fatal ${Object.keys(files).join(" ")}`);
      assert.equal(code, 0, output);
      assert.match(output, /SUCCESS/);
    });
  }

  it("refuses a rule that is none", async () => {
    const { code } = await inImage("prometheus", directory, { "bad.yml": "groups: [{ name: a, rules: [{ alert: A, expr: 'rate(b)' }] }]" }, "promtool check rules bad.yml");
    assert.notEqual(code, 0);
  });
});

describe("an alert", function () {
  // All stories in one run; 350 of them take half a minute of one core.
  this.timeout(600_000);
  const rows = alertRows(everything);
  let results: ReadonlyMap<string, string>;

  before(async () => {
    const files = { ...testFiles(rows.flatMap(storiesOf), ruleFiles(input)), ...renderPrometheusRules(input), "exact.test.yml": exactTests };
    results = await runTests(files);
  });

  for (const row of rows) {
    const stories = storiesOf(row);
    it(`${row.system} ${row.id}: ${stories.length === 1 ? "its story comes true" : `its ${stories.length} stories come true`}`, () => {
      assert.ok(stories.length > 0);
      for (const { name } of stories) assert.equal(results.get(name), "", name);
    });
  }

  for (const name of exactNames) it(`${name}: says who, what, how much and what to run, letter for letter`, () => assert.equal(results.get(name), ""));
});

/** Name of a test -> what was wrong with it, "" if nothing. */
async function runTests(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, string>> {
  const mark = "<?results?>";
  const { output } = await inImage("prometheus", directory, files, `promtool test rules --junit=results.xml *.test.yml > log 2>&1; tail -c 20000 log; echo '${mark}'; cat results.xml`);
  const [log = "", xml = ""] = output.split(mark);
  const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "", isArray: (name) => ["testsuite", "testcase", "failure"].includes(name) }).parse(xml) as Results;
  const cases = (parsed.testsuites?.testsuite ?? []).flatMap(({ testcase }) => testcase ?? []);
  assert.ok(cases.length > 0, `promtool tested nothing:\n${log}`);
  return new Map(cases.map(({ name, failure }) => [name, failure === undefined ? "" : JSON.stringify(failure)]));
}

interface Results {
  readonly testsuites?: { readonly testsuite?: readonly { readonly testcase?: readonly { readonly name: string; readonly failure?: unknown }[] }[] };
}

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duration, Say, table } from "../../../setup/base/say.mjs";
import { Steps } from "../../../setup/base/steps.mjs";
import { Progress } from "../../../setup/stack/events.mjs";
import { backingUp, curlLine, healthOf, nextVersion, running, thingsToTry, watching } from "../../../setup/stack/summary.mjs";
import { describeFindings, failure, isCrash } from "../../../setup/stack/update.mjs";
import { groupsOf, inLanes } from "../../../setup/suites/lanes.mjs";
import { judge, sum } from "../../../setup/suites/run.mjs";
import { suites, testFiles } from "../../../setup/suites/suites.mjs";

function listening(isTTY = false) {
  const out = { text: "", isTTY, columns: 80, write: (text) => (out.text += text) };
  return { out, say: new Say(out) };
}

const urn = (name, type) => `urn:pulumi:dev::stackbook::${type}::${name}`;

describe("setup: the update as a person sees it", () => {
  const container = "docker:index/container:Container";
  let out;
  let progress;
  beforeEach(() => {
    const listener = listening();
    out = listener.out;
    progress = new Progress(listener.say);
  });
  afterEach(() => progress.close());

  const event = (kind, metadata) => progress.read(JSON.stringify({ [kind]: { metadata } }));
  const changed = (op, name, type = container) => {
    event("resourcePreEvent", { op, urn: urn(name, type), type });
    event("resOutputsEvent", { op, urn: urn(name, type), type });
  };

  it("has a line for each thing that changed, and none for what stayed", () => {
    changed("create", "motel-backend-a-0");
    changed("same", "motel-database");
    changed("update", "motel", "stackbook:system:System");
    changed("replace", "edge");
    changed("delete-replaced", "edge");
    assert.deepEqual(out.text.trimEnd().split("\n").map((line) => line.replace(/\s+/g, " ").trim()), ["+ motel-backend-a-0 created (docker container)", "- edge removed (replaced) (docker container)"]);
  });

  it("counts what changed, so that nothing can be said to be nothing", () => {
    progress.read(JSON.stringify({ summaryEvent: { resourceChanges: { same: 40, refresh: 3 } } }));
    assert.equal(progress.changed, 0);
    progress.read(JSON.stringify({ summaryEvent: { resourceChanges: { same: 40, create: 1, replace: 2 } } }));
    assert.equal(progress.changed, 3);
  });

  it("keeps what the policy pack finds apart from what it refuses", () => {
    const find = (policyName, enforcementLevel) => progress.read(JSON.stringify({ policyEvent: { resourceUrn: urn("motel-cache", container), message: "<{%fg 1%}>open<{%reset%}>", policyName, enforcementLevel } }));
    find("backed-up", "advisory");
    find("no-root", "mandatory");
    assert.deepEqual(progress.findings, [{ policy: "backed-up", text: "policy backed-up: open" }]);
    assert.deepEqual(progress.errors, [{ urn: urn("motel-cache", container), text: "policy no-root: open" }]);
    assert.equal(describeFindings(progress.findings), "one finding holds nothing up (backed-up): npx stackbook policy shows what to write instead");
    find("backed-up", "advisory");
    find("alerts-present", "advisory");
    assert.match(describeFindings(progress.findings), /^3 findings hold nothing up \(alerts-present, backed-up\)/);
  });

  it("keeps whole error texts with what they are about, and drops debug and passing words", () => {
    const say = (severity, message, more = {}) => progress.read(JSON.stringify({ diagnosticEvent: { severity, message, urn: urn("motel-backend-a-healthy", "x:y:Z"), ...more } }));
    say("error", "<{%fg 1%}>not healthy; its last lines:\nboom<{%reset%}>\n");
    say("debug", "a secret input");
    say("info", "Step 1/11", { ephemeral: true });
    say("error", "update failed\n");
    const problem = failure(progress, [], "the update");
    assert.match(problem.text(), /motel-backend-a-healthy: not healthy; its last lines:\n +boom/);
    assert.ok(!problem.text().includes("secret input"));
    assert.match(problem.text(), /What ran before goes on running/);
  });

  it("says what to do about what is known", () => {
    const told = (text) => failure(progress, [text], "the update").fix.join("\n");
    assert.match(told("manifest unknown"), /An image doesn't exist or may not be pulled/);
    assert.match(told("write /x: no space left on device"), /docker system df/);
    assert.match(told("Bind for 127.0.0.1:8080 failed: port is already allocated"), /edge\.httpPort/);
    assert.match(failure(progress, ["error: incorrect passphrase"], "the update").message, /passphrase is lost/);
  });

  it("tells a crash of the CLI from a failed update", () => {
    assert.ok(isCrash(failure(progress, ["panic: fatal: An assertion has failed", "goroutine 44 [running]:"], "the update")));
    assert.ok(!isCrash(failure(progress, ["some error"], "the update")));
  });

  it("takes other output for what it is", () => {
    assert.equal(progress.read("warning: something"), false);
    assert.equal(progress.read("{ not json"), false);
  });
});

describe("setup: steps", () => {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  it("runs side by side what doesn't depend, and in order what does", async () => {
    const { say } = listening();
    const events = [];
    const step = (name, after, ms) => ({
      name,
      after,
      run: async () => {
        events.push(`+${name}`);
        await pause(ms);
        events.push(`-${name}`);
        return "done";
      },
    });
    await new Steps(say).all([step("a", [], 20), step("b", [], 5), step("c", ["a"], 1)]);
    assert.deepEqual(events, ["+a", "+b", "-b", "-a", "+c", "-c"]);
  });

  it("lets what runs end before it reports a failure, and starts nothing that needed it", async () => {
    const { say, out } = listening();
    let ended = false;
    const steps = [
      { name: "bad", run: () => Promise.reject(new Error("broken")) },
      { name: "long", run: () => pause(20).then(() => ((ended = true), "fine")) },
      { name: "after", after: ["bad"], run: () => assert.fail("started") },
    ];
    await assert.rejects(new Steps(say).all(steps), /broken/);
    assert.ok(ended);
    assert.match(out.text, /!! {2}bad +failed\n {2}ok {2}long +fine/);
  });
});

describe("setup: what is printed at the end", () => {
  const outputs = { systems: { motel: { enabled: true, version: "2.3.0", url: "https://motel.localhost:8443", paths: ["/"] }, sms: { enabled: false, version: "1.0.0", url: "" } } };
  const container = (service, more = {}) => ({ State: "running", Status: "Up 3 minutes (healthy)", Names: [`/motel-${service}-1`], Labels: { "stackbook.system": "motel", "stackbook.service": service }, ...more });

  it("lists what runs, with its health", () => {
    const rows = running(outputs, [container("backend"), container("database")]);
    assert.match(rows[1], /^motel +2\.3\.0 +2 \(backend, database\) +all healthy$/);
    assert.ok(rows.every((row) => !row.startsWith("sms")));
    assert.equal(healthOf([container("backend", { Status: "Up 2 seconds (unhealthy)" })]), "motel-backend-1: unhealthy");
    assert.equal(healthOf([container("backend", { State: "exited", Status: "Exited (1) 2 seconds ago" })]), "motel-backend-1: exited");
  });

  it("has curl lines that need no change", () => {
    assert.equal(curlLine("https://motel.localhost:8443/", true), "curl --cacert .stackbook/ca.crt https://motel.localhost:8443/");
    assert.equal(curlLine("https://motel.example.org/", false), "curl --resolve motel.example.org:443:127.0.0.1 https://motel.example.org/");
  });

  it("says where to look, and what this machine is without", () => {
    const monitoring = { status: "https://status.localhost:8443", grafana: null, prometheus: "https://prometheus.localhost:8443", alertmanager: null, missing: [{ part: "dashboards", why: "no image" }] };
    assert.deepEqual(watching({ monitoring }, "dev"), [
      "Status page:  https://status.localhost:8443",
      "Prometheus:   https://prometheus.localhost:8443    (login: npm run -s credentials)",
      "Without dashboards: no image",
    ]);
    assert.deepEqual(watching({}, "dev"), []);
  });

  it("names the recovery kit at every start of a stack with backups", () => {
    assert.match(backingUp({ backups: { motel: {} } }, "try").join("\n"), /^Backups: +npx stackbook backups list --stack try .*\nRecovery kit: npx stackbook recovery-kit --stack try /);
    assert.deepEqual(backingUp({}, "dev"), []);
  });

  it("offers the next version, a broken one, and the way back", () => {
    const text = thingsToTry(outputs, "dev").join("\n");
    for (const version of ["3.0.0", "3.0.1-broken", "2.3.0"]) assert.ok(text.includes(`systems.motel.version ${version} `), version);
    assert.equal(nextVersion("9.1.2-rc1"), "10.0.0");
  });

  it("shows columns and times for people", () => {
    assert.deepEqual(table([["a", "bb"], ["ccc", "d"]]), ["a    bb", "ccc  d"]);
    assert.deepEqual([4.21, 75.4, 200].map(duration), ["4.2 s", "75 s", "3 min 20 s"]);
  });

  it("keeps its status line out of everything but a terminal", () => {
    const plain = listening();
    plain.say.status("waiting");
    plain.say.line("line");
    assert.equal(plain.out.text, "line\n");
    const terminal = listening(true);
    terminal.say.status("waiting");
    terminal.say.line("line");
    terminal.say.status("");
    assert.equal(terminal.out.text, "waiting\r\x1b[2Kline\nwaiting\r\x1b[2K");
  });
});

describe("setup: npm test", () => {
  it("never takes a run that broke off for a success", () => {
    assert.deepEqual(judge(undefined, 0), { passed: 0, failed: 1, pending: 0 });
    assert.equal(judge({ passed: 3, failed: 0, pending: 0 }, 1).failed, 1);
    assert.equal(judge({ passed: 3, failed: 2, pending: 0 }, 2).failed, 2);
    assert.equal(judge({ passed: 3, failed: 0, pending: 0 }, 0).failed, 0);
  });

  it("leaves out what is slow, says why, and has it in test:full", () => {
    const root = mkdtempSync(join(tmpdir(), "stackbook-suites-"));
    try {
      mkdirSync(join(root, "test/e2e/deep"), { recursive: true });
      for (const [name, text] of [["test/e2e/a.test.ts", ""], ["test/e2e/deep/b.full.ts", "// Slow: builds Loki, 20 minutes\n"], ["test/e2e/helper.ts", ""]]) writeFileSync(join(root, name), text);
      assert.deepEqual(testFiles("test/e2e", { full: false, root }), { files: ["test/e2e/a.test.ts"], left: [{ file: "test/e2e/deep/b.full.ts", why: "builds Loki, 20 minutes" }] });
      assert.equal(testFiles("test/e2e", { full: true, root }).files.length, 2);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("runs files of a folder in one process where they share what is made once, the others alone, the longest first", () => {
    const files = ["e2e/a.test.ts", "e2e/b.test.ts", "e2e/deep/c.test.ts", "e2e/deep/d.test.ts", "e2e/deep/x.full.ts", "e2e/deep/y.full.ts", "e2e/z.full.ts"];
    assert.deepEqual(groupsOf(files, { together: ["e2e/deep"], first: ["e2e/b.test.ts"] }), [
      ["e2e/b.test.ts"], ["e2e/a.test.ts"], ["e2e/deep/c.test.ts", "e2e/deep/d.test.ts"], ["e2e/deep/x.full.ts", "e2e/deep/y.full.ts"], ["e2e/z.full.ts"],
    ]);
    assert.deepEqual(groupsOf(["e2e/b.test.ts", "e2e/a.test.ts"]), [["e2e/b.test.ts"], ["e2e/a.test.ts"]]);
  });

  it("names only files and folders that there are as long or belonging together", () => {
    for (const { folder, lanes } of Object.values(suites)) {
      if (lanes === undefined) continue;
      const { files } = testFiles(folder, { full: true });
      for (const file of lanes.first) assert.ok(files.includes(file), file);
      for (const name of lanes.together) assert.ok(files.some((file) => file.startsWith(`${name}/`)), name);
      assert.deepEqual(groupsOf(files, lanes).flat().sort(), files);
    }
  });

  it("begins the next as soon as there is room, never more at once, and goes on when one fails", async () => {
    const log = [];
    let now = 0;
    let most = 0;
    const work = async (item) => {
      most = Math.max(most, (now += 1));
      for (let i = 0; i < item; i += 1) await Promise.resolve();
      now -= 1;
      log.push(item);
      return item * 2;
    };
    assert.deepEqual(await inLanes([9, 1, 2, 3], 2, work), [18, 2, 4, 6]);
    assert.deepEqual([log, most], [[1, 2, 3, 9], 2]);
    log.length = 0;
    await assert.rejects(inLanes([1, 50, 2, 3], 2, async (item) => { if (item === 1) throw new Error("broke"); return work(item); }), /broke/);
    assert.deepEqual(log, [50, 2, 3]);
    assert.deepEqual(sum({ passed: 1, failed: 2, pending: 0 }, { passed: 3, failed: 0, pending: 1 }), { passed: 4, failed: 2, pending: 1 });
  });

  it("has a suite for every folder of tests", () => {
    assert.deepEqual(Object.values(suites).flatMap(({ folder }) => folder ?? []), ["test/unit", "test/policies", "test/engine", "test/e2e"]);
  });
});

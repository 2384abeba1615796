import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine, Labels } from "../../../operations/engine";
import { Problem } from "../../../operations/problem";
import { alerts, query, queryAll, queryRange } from "../../../operations/prometheus";
import { askWithin } from "../../../operations/webWithin";
import { FakeEngine } from "./support/engine";
import { container, prometheusContainer, prometheusExec, type PrometheusAnswers } from "./support/prometheus";

const stack = { name: "acme/stackbook/dev" };

function engineWith(answers: PrometheusAnswers, found = [prometheusContainer]): FakeEngine {
  return new FakeEngine({
    exec: prometheusExec(answers),
    containers: (labels: Labels) => {
      assert.deepEqual(labels, { "stackbook.stack": "dev", "stackbook.system": "stack", "stackbook.service": "prometheus" });
      return Promise.resolve(found);
    },
  });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => assert.fail("it was not refused"), (reason: unknown) => reason);
  assert.ok(error instanceof Problem, String(error));
  return error.text();
}

describe("Prometheus, asked within its container", () => {
  it("gives values with their labels, also those that are no numbers", async () => {
    const values = { up: [[{ job: "app" }, 1], [{ job: "edge" }, "+Inf"], [{}, "NaN"]] } as const;
    const found = await query(stack, engineWith({ values }), "up");
    assert.deepEqual(found, [{ labels: { job: "app" }, value: 1 }, { labels: { job: "edge" }, value: Infinity }, { labels: {}, value: NaN }]);
  });

  it("answers several expressions in one command, by name", async () => {
    let commands = 0;
    const engine = engineWith({ values: { 'sum(rate(x{a="b c"}[5m])) + 1': [[{}, 2]], nothing: [] } });
    const answering = engine.exec;
    engine.exec = (...given: Parameters<Engine["exec"]>) => {
      commands += 1;
      return answering(...given);
    };
    assert.deepEqual(await queryAll(stack, engine, { rate: 'sum(rate(x{a="b c"}[5m])) + 1', none: "nothing" }), { rate: [{ labels: {}, value: 2 }], none: [] });
    assert.equal(commands, 1);
  });

  it("gives values over time", async () => {
    const engine = engineWith({
      range: (url) => {
        assert.deepEqual(Object.fromEntries(url.searchParams), { query: "up", start: "100", end: "160.5", step: "30" });
        return { resultType: "matrix", result: [{ metric: { job: "app" }, values: [[100, "1"], [130, "0"]] }] };
      },
    });
    const series = await queryRange(stack, engine, "up", { from: new Date(100_000), to: new Date(160_500), stepSeconds: 30 });
    assert.deepEqual(series, [{ labels: { job: "app" }, points: [{ at: new Date(100_000), value: 1 }, { at: new Date(130_000), value: 0 }] }]);
  });

  it("says why an expression is none, also where the tool that asks keeps it to itself", async () => {
    assert.match(await refusal(query(stack, engineWith({}), "up{")), /^error: Prometheus refused `up\{`: up\{ was not expected\n {2}Its log/);
    const wget: Engine["exec"] = (_, command) =>
      Promise.resolve(command[0] === "promtool" ? { code: 1, out: "", err: "query error: bad_data: unexpected end\n" } : { code: 0, out: `wget: server returned error: HTTP/1.1 400 Bad Request\n\n${command[4]} 1\n`, err: "" });
    assert.match(await refusal(query(stack, new FakeEngine({ exec: wget, containers: () => Promise.resolve([prometheusContainer]) }), "up{")), /refused `up\{`: bad_data: unexpected end/);
  });

  it("says what to do when there is none, it is stopped, or its image has no shell", async () => {
    assert.match(await refusal(query(stack, engineWith({}, []), "up")), /has no Prometheus: monitoring is switched off\n {2}Switch it on with/);
    assert.match(await refusal(query(stack, engineWith({}, [container("prometheus-1", { state: "exited" })]), "up")), /prometheus-1 does not run \(exited\)\n {2}Start it: docker start prometheus-1/);
    const bare = new FakeEngine({ exec: () => Promise.resolve({ code: 127, out: "sh: no such file\n", err: "" }), containers: () => Promise.resolve([prometheusContainer]) });
    assert.match(await refusal(query(stack, bare, "up")), /prometheus-1 can't ask http:\/\/localhost:9090\/\S+ \(exit code 127\):\n {2}sh: no such file\n {2}Its image needs a shell/);
  });
});

describe("alerts of a stack", () => {
  const active = (alertname: string, change: Record<string, string>, state: "pending" | "firing" = "firing", activeAt = "2026-11-21T10:00:00Z"): object =>
    ({ labels: { alertname, system: "motel", ...change }, annotations: { summary: `${alertname} is on`, command: "docker ps", runbook: "r" }, state, activeAt });
  const answers: PrometheusAnswers = {
    alerts: [
      active("Late", { severity: "ticket" }), active("Watchdog", { severity: "none" }), active("Soon", { severity: "page" }, "pending"),
      active("Old", { severity: "ticket", system: "stack" }, "firing", "2026-11-20T10:00:00Z"), active("Down", { severity: "page", service: "backend" }),
    ],
    told: [
      { labels: { alertname: "Late", system: "motel", severity: "ticket", stack: "dev" }, status: { silencedBy: [], inhibitedBy: ["x"], mutedBy: [] } },
      { labels: { alertname: "Old", system: "stack", severity: "ticket", stack: "dev" }, status: { silencedBy: ["s"], inhibitedBy: [] } },
      { labels: { alertname: "Down", system: "motel", severity: "page", service: "backend", stack: "dev" }, status: { silencedBy: [], inhibitedBy: [] } },
    ],
  };

  it("come worst and oldest first, pending ones last, without the dead man's switch, and say who is not told", async () => {
    const found = await alerts(stack, engineWith(answers));
    assert.deepEqual(found.map(({ name, quiet, service, state }) => [name, state, service, quiet]), [
      ["Down", "firing", "backend", undefined], ["Old", "firing", undefined, "silenced"], ["Late", "firing", undefined, "inhibited"], ["Soon", "pending", undefined, undefined],
    ]);
    assert.deepEqual((await alerts(stack, engineWith(answers), { system: "stack" })).map(({ name }) => name), ["Old"]);
  });

  it("are known without Alertmanager too", async () => {
    const away: Engine["exec"] = async (...given) => {
      const ended = await prometheusExec(answers)(...given);
      const mark = given[1][4] ?? "";
      const [first = ""] = ended.out.split(`${mark} 0\n`);
      return { ...ended, out: `${first}${mark} 0\ncurl: (7) refused\n\n${mark} 7\n` };
    };
    const engine = engineWith({});
    engine.exec = away;
    assert.deepEqual((await alerts(stack, engine)).map(({ name, quiet }) => [name, quiet]), [["Down", undefined], ["Old", undefined], ["Late", undefined], ["Soon", undefined]]);
  });
});

describe("the command that asks within a container", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-ask-"));
    symlinkSync("/bin/sh", join(folder, "sh"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  /** A container whose image has these programs, and no others. */
  const image = (programs: Readonly<Record<string, string>>): Engine => {
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    return new FakeEngine({
      exec: (_, [program = "", ...args], input) => {
        const { status, stderr, stdout } = spawnSync(program, args, { env: { PATH: folder }, input: `${input}\n`, encoding: "utf8" });
        return Promise.resolve({ code: status ?? 1, out: stdout, err: stderr });
      },
    });
  };
  const urls = ["http://a/?q=%7Bx%3D%22y%22%7D%20%24HOME%20*", "http://b/bad"];

  it("works with curl alone and with wget alone, and tells answers from failures", async () => {
    const curl = image({ curl: '[ "$1 $2 $3" = "-sS -m 5" ] || exit 99\ncase "$4" in *bad) echo "curl: (7) refused" >&2; exit 7;; esac\nprintf \'{"asked":"%s"}\' "$4"' });
    assert.deepEqual(await askWithin(curl, "c", urls, 5), [{ ok: true, text: `{"asked":"${urls[0]}"}` }, { ok: false, why: "curl: (7) refused" }]);
    rmSync(join(folder, "curl"));
    const wget = image({ wget: '[ "$1 $2 $3 $4 $5" = "-q -T 5 -O -" ] || exit 99\ncase "$6" in *bad) exit 1;; esac\nprintf \'{"asked":"%s"}\\n\' "$6"' });
    assert.deepEqual(await askWithin(wget, "c", urls, 5), [{ ok: true, text: `{"asked":"${urls[0]}"}` }, { ok: false, why: "no answer" }]);
  });

  it("takes whatever an answer holds for the answer", async () => {
    const curl = image({ curl: "printf 'line\\n--0123456789abcdef-- 0\\n\\nlast'" });
    assert.deepEqual(await askWithin(curl, "c", ["http://a/"], 5), [{ ok: true, text: "line\n--0123456789abcdef-- 0\n\nlast" }]);
  });
});

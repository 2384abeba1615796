import assert from "node:assert/strict";
import type { Container, LogLine, LogOptions } from "../../../../operations/engine";
import { follow } from "../../../../operations/reading/follow";
import type { ShownLine } from "../../../../operations/reading/logLines";
import { moment, selector } from "../../../../operations/reading/loki";
import { logSelectorsIn } from "../../../support/promql";
import type { FakeEngine } from "../support/engine";
import { nobody, stackbook, type Said } from "../support/fakes";
import { prometheusExec } from "../support/prometheus";
import { part, watchedEngine, watchedStack, wellContainers } from "../support/watched";

const line = (second: number, text: string, stream: LogLine["stream"] = "out"): LogLine => ({ at: `2026-11-21T09:59:${String(second).padStart(2, "0")}.000000001Z`, stream, text });

/** What each container wrote, by the beginning of its name; and how each was asked. */
function engineWith(written: Readonly<Record<string, readonly LogLine[]>>, more: readonly Container[] = [], loki?: (url: URL) => unknown): { readonly engine: FakeEngine; readonly asked: { readonly name: string; readonly options: LogOptions }[] } {
  const asked: { readonly name: string; readonly options: LogOptions }[] = [];
  const containers = [...wellContainers, ...more];
  const engine = watchedEngine(containers, loki === undefined ? {} : { other: loki }, {
    logs: (id, options, onLine) => {
      const { name } = containers.find((each) => each.id === id) ?? assert.fail(id);
      asked.push({ name, options });
      const lines = Object.entries(written).find(([start]) => name.startsWith(start))?.[1] ?? [];
      for (const each of options.tail === undefined ? lines : lines.slice(-options.tail)) onLine(each);
      return Promise.resolve();
    },
  });
  return { engine, asked };
}

const run = (argv: readonly string[], engine: FakeEngine): Promise<Said> =>
  stackbook(["logs", ...argv], watchedStack(), engine, { ...nobodyLooks, locate: () => Promise.resolve({ name: "dev", dockerHost: undefined }) });
/** No state is read for it: logs must be had when the backend is away. */
const nobodyLooks = { openStack: () => Promise.reject(new Error("the stack's state was not to be read")) };

describe("stackbook logs", () => {
  const written = { "motel-backend": [line(1, "one"), line(4, "four"), line(5, "five", "err")], "motel-frontend": [line(2, "two")], "motel-cache": [line(3, "three")], edge: [line(6, '{"system":"motel","path":"/"}'), line(7, '{"system":"memo","path":"/"}')] };

  it("merges lines of all containers of a system by time, with where each is from", async () => {
    const { engine } = engineWith(written);
    const { code, err, out } = await run(["motel"], engine);
    assert.equal(code, 0, err);
    assert.equal(out, `2026-11-21 09:59:01.000 motel-backend-a-0 | one
2026-11-21 09:59:02.000 motel-frontend-a-0 | two
2026-11-21 09:59:03.000 motel-cache | three
2026-11-21 09:59:04.000 motel-backend-a-0 | four
2026-11-21 09:59:05.000 motel-backend-a-0 | five
`);
  });

  it("shows the last lines of one service, and asks the engine for no more", async () => {
    const { asked, engine } = engineWith(written);
    assert.match((await run(["motel", "backend", "--tail", "2"], engine)).out, /^[^|]*\| four\n[^|]*\| five\n$/);
    assert.deepEqual(asked.map(({ name, options }) => [name, options.tail]), [["motel-backend-a-0-1a2b3c4", 2]]);
  });

  it("takes a moment or an age for --since and --until", async () => {
    const { asked, engine } = engineWith(written);
    await run(["motel", "cache", "--since", "1h30m", "--until", "2026-11-21T09:59:59Z"], engine);
    assert.deepEqual(asked[0]?.options, { since: new Date("2026-11-21T08:30:00Z"), until: new Date("2026-11-21T09:59:59Z") });
  });

  it("looks for a pattern in all there is before it takes the last lines", async () => {
    const { asked, engine } = engineWith(written);
    assert.match((await run(["motel", "--grep", "^(ONE|two)$", "--tail", "1"], engine)).out, /^[^|]*\| two\n$/);
    assert.ok(asked.every(({ options }) => options.tail === undefined));
  });

  it("finds every line of one request, the edge's too", async () => {
    const id = "6c88722c-ed18-48de";
    const { asked, engine } = engineWith({ "motel-backend": [line(1, `{"requestId":"${id}"}`), line(2, "other")], edge: [line(3, `{"requestId":"${id}","system":"motel"}`)] });
    const { out } = await run(["motel", "--request", id], engine);
    assert.deepEqual(out.trim().split("\n").map((text) => text.split(" ")[2]), ["motel-backend-a-0", "edge"]);
    assert.deepEqual(asked[0]?.options.since, new Date("2026-11-20T10:00:00Z"));
    assert.match((await run(["--request", "00000000-none"], engine)).progress[0] ?? "", /^No line of the request 00000000-none: is the ID whole\? Older than 24h: give --since\./);
  });

  it("shows the edge's lines about one system", async () => {
    const { engine } = engineWith(written);
    assert.equal((await run(["motel", "edge"], engine)).out.trim().split("\n").length, 1);
    assert.equal((await run(["stack", "edge"], engine)).out.trim().split("\n").length, 2);
  });

  it("speaks JSON, a document a line", async () => {
    const { engine } = engineWith(written);
    const lines = (await run(["motel", "backend", "--json"], engine)).out.trim().split("\n").map((text) => JSON.parse(text) as ShownLine);
    assert.deepEqual(lines[2], { at: "2026-11-21T09:59:05.000000001Z", stream: "err", text: "five", system: "motel", service: "backend", container: "motel-backend-a-0-1a2b3c4", from: "engine" });
  });

  it("refuses what it does not know before anything is read", async () => {
    const { asked, engine } = engineWith(written);
    const refused = async (...argv: string[]): Promise<string> => {
      const { code, err } = await run(argv, engine);
      assert.equal(code, 2, err);
      return err;
    };
    assert.match(await refused("memo"), /memo is no system of the stack dev\n {2}Use one of: motel, stack\./);
    assert.match(await refused("motel", "api"), /motel has no service api\n {2}Use one of: backend, backup, cache, database, edge, frontend\./);
    assert.match(await refused("--tail", "many"), /--tail is many: use a whole number, 1-100000/);
    assert.match(await refused("--grep", "("), /--grep is \(: /);
    assert.match(await refused("--since", "tomorrow"), /--since is tomorrow: use how long ago/);
    assert.match(await refused("--request", "x y"), /--request is x y: use the ID from the header X-Request-ID/);
    assert.match(await refused("-f", "--until", "1m"), /--follow and --until exclude each other/);
    assert.deepEqual(asked, []);
  });
});

describe("lines of containers that are gone", () => {
  const loki = part("loki-1", "stack", "loki", "monitoring");
  const entry = (at: string, text: string, labels: Readonly<Record<string, string>> = { container_id: "0123456789ab" }): object =>
    ({ stream: { system: "motel", service: "backend", stream: "audit", ...labels }, values: [[at, text]] });
  const ninety = "1795255190000000001";

  it("come from the store of logs, which is asked for no others", async () => {
    const asked: URL[] = [];
    const { engine } = engineWith({ "motel-backend": [line(55, "now")] }, [loki], (url) => {
      asked.push(url);
      return { data: { result: [entry(ninety, "before"), entry("1795255191000000001", "audited", {})] } };
    });
    const { out } = await run(["motel", "backend", "--since", "2h"], engine);
    assert.deepEqual(out.trim().split("\n").map((text) => text.slice(24)), ["motel-backend (gone: 0123456789ab) | before", "motel-audit | audited", "motel-backend-a-0 | now"]);
    assert.equal(asked[0]?.origin, "http://loki:3100");
    const question = asked[0].searchParams.get("query") ?? "";
    assert.match(question, /^\{stack="dev",system="motel",service="backend"\} \| container_id !~ "id-of-motel-|id-of-motel-b/);
    assert.deepEqual([asked[0].searchParams.get("start"), asked[0].searchParams.get("end")], ["1795248000000000000", "1795255200000000000"]);
  });

  it("are asked for page by page", async () => {
    const pages = [Array.from({ length: 5000 }, (_, at) => entry(String(1795255190000000000n - BigInt(at)), `${at}`)), [entry("1795255100000000000", "oldest")]];
    const ends: (string | null)[] = [];
    const { engine } = engineWith({}, [loki], (url) => {
      ends.push(url.searchParams.get("end"));
      return { data: { result: pages.shift() ?? assert.fail("a third page") } };
    });
    assert.equal((await run(["motel", "--since", "2h"], engine)).out.trim().split("\n").length, 5001);
    assert.deepEqual(ends, ["1795255200000000000", "1795255189999995001"]);
  });

  it("are not needed when the containers that are there fill the screen, and not asked for with --no-store or without a store", async () => {
    const asks = (): never => assert.fail("Loki was asked");
    const full = engineWith({ "motel-backend": Array.from({ length: 100 }, (_, at) => line(at % 60, "x")) }, [loki], asks);
    await run(["motel", "backend"], full.engine);
    await run(["motel", "--since", "2h", "--no-store"], engineWith({}, [loki], asks).engine);
    await run(["motel", "--since", "2h"], engineWith({}, [], asks).engine);
  });

  it("are told to be missing when the store does not answer, and the rest is shown", async () => {
    const { engine } = engineWith({ "motel-backend": [line(5, "now")] }, [loki]);
    engine.exec = (...given) => prometheusExec({ other: () => ({}) })(...given).then((ended) => ({ ...ended, out: `curl: (7) refused\n${given[1][4]} 7\n` }));
    const { out, progress } = await run(["motel", "--since", "2h"], engine);
    assert.match(out, /\| now\n$/);
    assert.deepEqual(progress, ["Lines of containers that are gone are missing: the store of logs did not answer: curl: (7) refused"]);
  });

  it("are asked for in Loki's own grammar, whatever the texts hold", () => {
    const question = selector({ stack: "dev", system: "motel", service: undefined, holds: 'a"b\\c' }, [{ id: "0123456789abcdef" }, { id: "fedcba9876543210" }]);
    assert.equal(question, '{stack="dev",system="motel"} |= "a\\"b\\\\c" | container_id !~ "0123456789ab|fedcba987654"');
    assert.deepEqual(logSelectorsIn(question), ['{stack="dev",system="motel"}']);
  });

  it("have times as the engine writes them", () => {
    assert.equal(moment("1795255190000000001"), "2026-11-21T09:59:50.000000001Z");
  });
});

describe("lines that are followed", () => {
  it("go on over containers that come and go, each line once", async () => {
    const [backend] = wellContainers;
    assert.ok(backend);
    const next = part("motel-backend-b-0", "motel", "backend", "app");
    const stop = new AbortController();
    const told: string[] = [];
    const asked: (readonly [string, string | undefined])[] = [];
    const engine = watchedEngine([], {}, {
      logs: async (id, { since, signal }, onLine) => {
        asked.push([id, since?.toISOString()]);
        if (id === backend.id) {
          // What was shown already comes again: the engine knows no nanoseconds here.
          for (const each of [line(1, "shown"), line(2, "new")]) onLine(each);
          return;
        }
        onLine(line(3, "of the next version"));
        await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
      },
    });
    let round = 0;
    await follow({
      engine, keep: ({ text }) => text !== "dropped", from: new Date("2026-11-21T10:00:00Z"), known: new Map([[backend.id, line(1, "").at]]), signal: stop.signal,
      onLine: ({ text }) => void told.push(text),
      choose: () => {
        round += 1;
        if (round === 2) setTimeout(() => stop.abort(), 20);
        return Promise.resolve(round === 1 ? [backend] : [next]);
      },
    });
    assert.deepEqual(told, ["new", "of the next version"]);
    assert.deepEqual(asked, [[backend.id, "2026-11-21T09:59:01.000Z"], [next.id, "2026-11-21T10:00:00.000Z"]]);
    assert.equal(nobody.screen.columns, undefined);
  }).timeout(10_000);
});

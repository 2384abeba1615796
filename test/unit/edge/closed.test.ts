import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type EdgeBlock, type EdgeModel, EdgeModelError, type EdgeSystem, filesOf, renderHaproxy, waitForServers, writeRoutesCommand, writeRoutesEnvironment } from "../../../components/edge";
import { blockedList, bypassList } from "../../../components/edge/admission";
import { momentText } from "../../../components/edge/closed";
import { covers, formatNetwork, parseNetwork, widen } from "../../../config/addresses";

const system: EdgeSystem = {
  id: "motel",
  hosts: ["motel.example.org"],
  routes: [{ path: "/", service: "backend" }, { path: "/socket.io", service: "backend", websocket: true }],
  services: [{ name: "backend", port: 3001, healthPath: "/health", servers: [{ name: "a-0", host: "motel-backend-a1" }] }],
  corsOrigins: [],
  requestsPerMinute: 600,
  maxBodyBytes: 1000,
};
const model = (closed?: EdgeSystem["closed"], more: Partial<EdgeModel> = {}): EdgeModel => ({ publicHttpsPort: 443, systems: [{ ...system, ...(closed === undefined ? {} : { closed }) }], ...more });
const maintenance = (...windows: NonNullable<Extract<EdgeSystem["closed"], { kind: "maintenance" }>>["windows"]): EdgeSystem["closed"] => ({ kind: "maintenance", windows });
const file = (of: EdgeModel, name: string): string => filesOf(of).find(({ path }) => path.startsWith(name))?.text ?? "";

describe("a closed system in the edge's configuration", () => {
  it("asks nothing more than before where nothing is closed, blocked or let in", () => {
    const text = renderHaproxy(model(maintenance()));
    assert.equal(text, renderHaproxy(model()));
    assert.doesNotMatch(text, /closed|blocked|passes|jwt/);
    assert.deepEqual(filesOf(model()).map(({ path }) => path.replace(/-[0-9a-f]+/, "")), ["lua/body-limit.lua"]);
  });

  it("compares each window with the clock, the one that ends last first, whatever their order in the file", () => {
    const windows = [{ from: 100, until: 200 }, { until: 50 }, { from: 150 }, { from: 90, until: 200 }];
    const text = renderHaproxy(model(maintenance(...windows)));
    assert.equal(text, renderHaproxy(model(maintenance(...[...windows].reverse()))));
    const times = text.split("\n").flatMap((line) => /set-var\(txn\.closed\) str\(motel\.(\d)\).*txn\.passes\) -m bool \}(.*)$/.exec(line)?.slice(1).join("") ?? []);
    assert.deepEqual(times, ["0 { var(txn.now) -m int ge 150 }", "1 { var(txn.now) -m int ge 90 } { var(txn.now) -m int lt 200 }", "2 { var(txn.now) -m int ge 100 } { var(txn.now) -m int lt 200 }", "3 { var(txn.now) -m int lt 50 }"]);
  });

  it("keeps what people wrote out of the configuration, and in a file of its own", () => {
    const message = `'"%[env(HOME)]\\ <b> & } # { "`;
    const of = model(maintenance({ until: 1_795_312_800, message }), { timeZone: "Europe/Berlin" });
    assert.ok(!renderHaproxy(of).includes("HOME"));
    assert.equal(file(of, "lists/closed"), [
      "motel.0.html <p>&#39;&quot;%[env(HOME)]\\ &lt;b&gt; &amp; } # { &quot;</p><p>It should be back by <time datetime=\"2026-11-22T02:00:00.000Z\">Sunday, 22 November 2026, 03:00 (Europe/Berlin)</time>.</p>",
      `motel.0.json "message":${JSON.stringify(message)},"until":"2026-11-22T02:00:00.000Z"`,
      "motel.0.until 1795312800", "",
    ].join("\n"));
  });

  it("has another file for another text, and says so in the configuration", () => {
    const [one, two] = ["a", "b"].map((message) => model(maintenance({ message })));
    assert.ok(one !== undefined && two !== undefined);
    const path = (of: EdgeModel): string => filesOf(of).map((each) => each.path).find((each) => each.startsWith("lists/closed")) ?? "";
    assert.notEqual(path(one), path(two));
    for (const of of [one, two]) assert.ok(renderHaproxy(of).includes(`/var/lib/haproxy/${path(of)}`));
  });

  it("knows no server of a halted one, and waits for none", () => {
    const of = model({ kind: "halted" });
    assert.doesNotMatch(renderHaproxy(of), /motel-backend-a1/);
    assert.deepEqual(waitForServers(of), []);
    assert.match(file(of, "lists/closed"), /^motel\.halted\.html <p>This site has been stopped/);
  });

  it("tells the route writer when nobody need wait", () => {
    const environment = (of: EdgeModel): string => writeRoutesEnvironment({ config: renderHaproxy(of), files: filesOf(of), waitFor: waitForServers(of) })["WAIT_FOR"] ?? "";
    assert.equal(environment(model()), "motel/backend/a-0 motel-backend-a1 3001 /health motel.example.org");
    assert.equal(environment(model(maintenance({ from: 5, until: 9 }, { from: 20 }, {}))), "motel/backend/a-0 motel-backend-a1 3001 /health motel.example.org 5-9,20-,0-");
  });

  it("ends WebSockets when a window opens that has a beginning, of systems that have any", () => {
    const lua = (of: EdgeModel): string => file(of, "lua/close-tunnels");
    assert.match(lua(model(maintenance({ from: 20 }, { from: 10, until: 15 }, { until: 5 }))), /closings = \{\n {2}\{ at = 10, backends = \{ "motel_backend_websocket" \} \},\n {2}\{ at = 20, .*\n\}/);
    assert.equal(lua(model(maintenance({ until: 5 }))), "");
    assert.equal(lua({ ...model(), systems: [{ ...system, routes: [{ path: "/", service: "backend" }], closed: maintenance({ from: 10 }) ?? { kind: "halted" } }] }), "");
  });

  it("is refused with a window that never opens, too many, or words of more than a line", () => {
    const problem = (closed: EdgeSystem["closed"]): string => {
      try {
        renderHaproxy(model(closed));
      } catch (error) {
        assert.ok(error instanceof EdgeModelError);
        return error.message;
      }
      return assert.fail("it was taken");
    };
    assert.match(problem(maintenance({ from: 10, until: 10 })), /systems\.motel\.closed\.windows\[0\]\.until is 10; use a time after from, 10/);
    assert.match(problem(maintenance({ from: 1.5, message: "a\nb" })), /from is 1\.5.*\n.*message is "a\\nb"; use text of one line/);
    assert.match(problem(maintenance(...Array.from({ length: 51 }, () => ({})))), /windows is 51 entries; use at most 50/);
    assert.match(problem({ kind: "halted", message: "" }), /closed\.message is ""/);
  });

  it("shows moments alike on every version of Node", () => {
    assert.equal(momentText(new Date("2026-11-22T02:00:00Z"), "UTC"), "Sunday, 22 November 2026, 02:00 (UTC)");
    assert.equal(momentText(new Date("2026-06-01T23:05:00Z"), "Asia/Kolkata"), "Tuesday, 2 June 2026, 04:35 (Asia/Kolkata)");
  });
});

describe("who passes and who is refused", () => {
  it("is decided before anything else on both ports, but for probes from inside", () => {
    const text = renderHaproxy(model(undefined, { blocked: [{ network: "203.0.113.0/24" }], observed: true }));
    const refusals = text.split("\n").filter((line) => line.includes("str(blocked)") && line.includes("set-var"));
    assert.equal(refusals.length, 2);
    assert.deepEqual(refusals.map((line) => line.includes("!{ dst_port 8444 }")), [false, true]);
    for (const frontend of ["frontend http ", "frontend https "]) {
      const lines = text.slice(text.indexOf(frontend)).split("\n");
      assert.ok(lines.findIndex((line) => line.includes("str(blocked)")) < lines.findIndex((line) => line.includes("txn.system")));
    }
  });

  it("keeps a pass's key out of configuration and command, and names it by what can't be turned back", () => {
    const of = model(maintenance({}), { passKeyId: "0123456789abcdef" });
    const environment = writeRoutesEnvironment({ config: renderHaproxy(of), files: filesOf(of), waitFor: [], pass: { id: "0123456789abcdef", key: "s3cret" } });
    assert.ok(environment["FILES"]?.endsWith("\nkeys/pass-0123456789abcdef.map"));
    const [last] = Object.entries(environment).filter(([, value]) => value.includes("s3cret"));
    assert.deepEqual(last, [`FILE_${environment["FILES"]?.split("\n").length}`, "key s3cret\n"]);
    assert.ok(!environment["HAPROXY_CFG"]?.includes("s3cret") && !writeRoutesCommand().join().includes("s3cret"));
    assert.match(environment["HAPROXY_CFG"] ?? "", /jwt_verify\("HS256",txn\.pass_key\) eq 1/);
    assert.throws(() => renderHaproxy({ ...of, passKeyId: "not hex" }), /passKeyId is "not hex"/);
  });

  it("has a list in which the narrowest network is blocked for as long as any around it", () => {
    const network = fc.record({ family: fc.constantFrom(4 as const, 6 as const), low: fc.integer({ min: 0, max: 15 }), prefix: fc.integer({ min: 26, max: 32 }) }).map(({ family, low, prefix }) => formatNetwork(widen({ family, first: (family === 4 ? 0x0a000000n : 0x20010db8n << 96n) + BigInt(low), prefix: family === 4 ? 32 : 128 }, family === 4 ? prefix : prefix + 96)));
    const block: fc.Arbitrary<EdgeBlock> = fc.record({ network, until: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }) }).map(({ until, ...rest }) => (until === undefined ? rest : { ...rest, until }));
    fc.assert(fc.property(fc.array(block, { maxLength: 30 }), network, (blocks, asked) => {
      const address = parseNetwork(asked.split("/")[0] ?? "");
      const list = blockedList(blocks).split("\n").filter((line) => line !== "").map((line) => line.split(" "));
      // What HAProxy finds: the longest network that holds the address.
      const [found] = list.filter(([text = ""]) => covers(parseNetwork(text), address)).sort(([a = ""], [b = ""]) => parseNetwork(b).prefix - parseNetwork(a).prefix);
      const wanted = blocks.filter((each) => covers(parseNetwork(each.network), address)).map(({ until }) => until ?? 99_999_999_999);
      assert.equal(Number(found?.[1] ?? 0), Math.max(0, ...wanted));
    }));
  });

  it("leaves a network out of the operators' list that lies in another", () => {
    assert.equal(bypassList(["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32", "2001:DB8:1::/48", "192.0.2.1"]), "10.0.0.0/8\n192.0.2.1\n2001:db8::/32\n");
  });

  it("takes a thousand networks, and no more", () => {
    const blocked = Array.from({ length: 1000 }, (_, i) => ({ network: `2001:db8:${i.toString(16)}:ffff:ffff:ffff:ffff:ffff` }));
    assert.ok(renderHaproxy(model(undefined, { blocked })).includes("lists/blocked-"));
    assert.throws(() => renderHaproxy(model(undefined, { blocked: [...blocked, { network: "10.0.0.1" }] })), /blocked is 1001 entries; use at most 1000/);
    assert.throws(() => renderHaproxy(model(undefined, { blocked: [{ network: "10.0.0.1/8" }], bypass: ["x y"] })), /blocked\[0\]\.network is "10\.0\.0\.1\/8".*\n.*bypass\[0\] is "x y"/);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { EdgeModelError, renderHaproxy, slotWeights, type EdgeModel, type EdgeSystem, type SlotShares } from "../../../components/edge";

const replicas = (slot: "a" | "b", count: number, weight?: number) => Array.from({ length: count }, (_, i) => ({ name: `${slot}-${i}`, host: `motel-${slot}-${i}`, ...(weight === undefined ? {} : { weight }) }));

function motel(shares?: SlotShares, counts: Readonly<Record<"a" | "b", number>> = { a: 2, b: 2 }): EdgeSystem {
  const weights = shares === undefined ? undefined : slotWeights(shares, counts);
  return {
    id: "motel",
    hosts: ["motel.example.org"],
    routes: [{ path: "/", service: "frontend" }, { path: "/api", service: "backend" }, { path: "/socket.io", service: "backend", websocket: true, sticky: true }],
    services: [
      { name: "backend", port: 3001, healthPath: "/health", servers: [...replicas("a", counts.a, weights?.a), ...(shares === undefined ? [] : replicas("b", counts.b, weights?.b))] },
      { name: "frontend", port: 3000, healthPath: "/", servers: [...replicas("a", 1, weights?.a), ...(shares === undefined ? [] : replicas("b", 1, weights?.b))] },
    ],
    corsOrigins: ["https://motel.example.org"],
    requestsPerMinute: 600,
    maxBodyBytes: 1024,
    ...(shares === undefined ? {} : { shares }),
  };
}

const model = (...systems: readonly EdgeSystem[]): EdgeModel => ({ publicHttpsPort: 443, systems });

/** The lines of one section, without their indentation. */
function section(text: string, head: string): string[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${head} `));
  assert.ok(start >= 0, head);
  const length = lines.slice(start + 1).findIndex((line) => !line.startsWith("    "));
  return lines.slice(start + 1, start + 1 + length).map((line) => line.trim());
}

describe("weights of servers in two slots", () => {
  const count = fc.integer({ min: 1, max: 50 });

  it("give each slot its share, whatever the number of its replicas", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), count, count, (percent, a, b) => {
        const weights = slotWeights({ a: 100 - percent, b: percent }, { a, b });
        for (const weight of Object.values(weights)) assert.ok(Number.isInteger(weight) && weight >= 0 && weight <= 256);
        const share = (100 * b * weights.b) / (a * weights.a + b * weights.b);
        // A server's weight is a whole number up to 256: with unlike numbers of replicas, small shares can't be finer.
        const finest = (100 * Math.max(a, b)) / 256;
        assert.ok(Math.abs(share - percent) <= finest, `${share} of ${percent}`);
      }),
    );
  });

  it("are exact where both have as many, as a system's versions do", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), count, (percent, each) => {
        const { a, b } = slotWeights({ a: 100 - percent, b: percent }, { a: each, b: each });
        assert.equal(b * 100, percent * (a + b));
      }),
    );
    assert.deepEqual(slotWeights({ a: 90, b: 10 }, { a: 3, b: 3 }), { a: 9, b: 1 });
    assert.deepEqual(slotWeights({ a: 99, b: 1 }, { a: 1, b: 1 }), { a: 99, b: 1 });
  });

  it("are 0 where nobody is to come, and there alone", () => {
    assert.deepEqual(slotWeights({ a: 100, b: 0 }, { a: 2, b: 2 }), { a: 1, b: 0 });
    assert.deepEqual(slotWeights({ a: 0, b: 100 }, { a: 1, b: 50 }), { a: 0, b: 1 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 99 }), count, count, (percent, a, b) => Object.values(slotWeights({ a: 100 - percent, b: percent }, { a, b })).every((weight) => weight > 0)));
  });
});

describe("the edge of a system in two slots", () => {
  it("has nothing of it where there is one", () => assert.doesNotMatch(renderHaproxy(model(motel())), /slot|share/));

  it("says the same whichever of the two is the system's own", () => {
    const system = motel({ a: 0, b: 100 });
    const turned = { ...system, services: system.services.map((service) => ({ ...service, servers: [...service.servers].reverse() })) };
    assert.equal(renderHaproxy(model(turned)), renderHaproxy(model(system)));
  });

  it("lets visitors draw a number once, and keep it for all services", () => {
    const lines = section(renderHaproxy(model(motel({ a: 70, b: 30 }))), "frontend https");
    const at = (pattern: RegExp): number => {
      const found = lines.findIndex((line) => pattern.test(line));
      assert.ok(found >= 0, String(pattern));
      return found;
    };
    const order = [
      /^http-request set-var\(txn\.share\) req\.cook\(stackbook_share\),add\(0\) if \{ req\.cook\(stackbook_share\) -m reg \^\[0-9\]\{1,2\}\$ \}$/,
      /^http-request set-var\(txn\.drawn\) rand\(100\) if \{ var\(txn\.system\) -m str motel \} !\{ var\(txn\.share\) -m found \}$/,
      /^http-request set-var\(txn\.slot\) str\(a\) if \{ var\(txn\.system\) -m str motel \}$/,
      /^http-request set-var\(txn\.slot\) str\(b\) if \{ var\(txn\.system\) -m str motel \} \{ var\(txn\.share\) -m int lt 30 \}$/,
      /^use_backend /,
    ].map(at);
    assert.deepEqual([...order].sort((a, b) => a - b), order);
    at(/^http-response add-header Cache-Control private if \{ var\(txn\.drawn\) -m found \}$/);
    at(/^http-response add-header Set-Cookie "stackbook_share=%\[var\(txn\.drawn\)\]; Path=\/; HttpOnly; Secure; SameSite=Lax" if /);
  });

  it("sends visitors to their own slot, to each of its replicas as often, and elsewhere only when it is down", () => {
    const text = renderHaproxy(model(motel({ a: 70, b: 30 }, { a: 3, b: 1 })));
    for (const backend of ["motel_backend", "motel_backend_sticky_websocket"]) {
      assert.deepEqual(section(text, `backend ${backend}`).filter((line) => line.startsWith("use-server")), [
        "use-server a-0 if { var(txn.slot) -m str a } { rand(3) eq 0 }",
        "use-server a-1 if { var(txn.slot) -m str a } { rand(2) eq 0 }",
        "use-server a-2 if { var(txn.slot) -m str a }",
        "use-server b-0 if { var(txn.slot) -m str b }",
      ]);
    }
  });

  it("draws nothing where one slot has everybody, and tells sticky visitors of the other one to leave it", () => {
    const text = renderHaproxy(model(motel({ a: 0, b: 100 })));
    assert.doesNotMatch(text, /rand\(|use-server|Set-Cookie/);
    assert.ok(section(text, "frontend https").includes("http-request set-var(txn.slot) str(b) if { var(txn.system) -m str motel }"));
    const sticky = section(text, "backend motel_backend_sticky_websocket");
    const leaves = sticky.findIndex((line) => line === "http-request replace-header Cookie '(^|.*;[ ]*)stackbook_motel_backend=a-[0-9]+(;[ ]*|$)(.*)' '\\1\\3' if { var(txn.slot) -m str b }");
    assert.ok(leaves >= 0);
    assert.deepEqual(sticky.filter((line) => line.startsWith("server ")).map((line) => line.split(" ").slice(1, 5).filter((_, i) => i !== 1).join(" ")), ["a-0 weight 0", "a-1 weight 0", "b-0 weight 1", "b-1 weight 1"]);
  });

  it("keeps systems apart", () => {
    const text = renderHaproxy(model(motel({ a: 70, b: 30 }), { ...motel(), id: "mps", hosts: ["mps.example.org"] }));
    assert.ok(section(text, "backend mps_backend").every((line) => !line.startsWith("use-server")));
    assert.doesNotMatch(section(text, "frontend https").filter((line) => /slot|drawn/.test(line)).join("\n"), /mps/);
  });

  it("refuses shares that are not those of a hundred", () => {
    for (const shares of [{ a: 50, b: 51 }, { a: -1, b: 101 }, { a: 0.5, b: 99.5 }]) {
      assert.throws(() => renderHaproxy(model({ ...motel({ a: 50, b: 50 }), shares })), (error: unknown) => error instanceof EdgeModelError && error.problems.every(({ path }) => path.startsWith("systems.motel.shares")));
    }
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { covers, formatNetwork, overlaps, parseNetwork, readNetwork, widen } from "../../../config/addresses";
import { checkInstant, fromGo } from "../../../config/instants";
import { committed, load, onlyProblem, withValue } from "./fixtures";

const prod = committed("prod");
const motel = ["stackbook:systems", "motel", "maintenance"];
const blocked = ["stackbook:edge", "blocked"];

describe("maintenance in a stack file", () => {
  it("gives each system its own windows and those of all, in UTC", () => {
    const file = withValue(withValue(prod, motel, [{ from: "2026-11-22T03:00+01:00", until: "2026-11-22T05:00:00+01:00", message: "New rooms.", by: "ops@here", why: "PostgreSQL 16.4" }]), ["stackbook:maintenance"], [{ until: "2027-01-01T00:00Z" }]);
    const config = load(file);
    const all = { all: true, until: "2027-01-01T00:00:00.000Z" };
    const own = { all: false, from: "2026-11-22T02:00:00.000Z", until: "2026-11-22T04:00:00.000Z", message: "New rooms.", by: "ops@here", why: "PostgreSQL 16.4" };
    assert.deepEqual(config.systems.find(({ spec }) => spec.id === "motel")?.maintenance, [own, all]);
    assert.deepEqual(config.systems.find(({ spec }) => spec.id === "sms")?.maintenance, [all]);
    assert.deepEqual(config.maintenance, [all]);
    assert.deepEqual(load(prod).systems.map(({ maintenance }) => maintenance.length), load(prod).systems.map(() => 0));
  });

  it("takes a time as the Pulumi CLI hands on one without quotes", () => {
    assert.equal(fromGo("2026-11-22 02:00:00 +0000 UTC"), "2026-11-22T02:00:00Z");
    assert.equal(fromGo("2026-11-22 02:00:00 +0200 +0200"), "2026-11-22T02:00:00+02:00");
    const [period] = load(withValue(prod, motel, [{ from: "2026-11-22 02:00:00 +0200 +0200" }])).systems.find(({ spec }) => spec.id === "motel")?.maintenance ?? [];
    assert.equal(period?.from, "2026-11-22T00:00:00.000Z");
  });

  const bad: [string, unknown, RegExp][] = [
    ["without its zone", "2026-11-22T02:00", /say which zone it is in: 2026-11-22T02:00Z for UTC/],
    ["between two minutes", "2026-11-22T02:00:30Z", /use whole minutes: 2026-11-22T02:00Z/],
    ["of a day that is none", "2026-02-30T02:00Z", /use a time with its zone/],
    ["of an hour that is none", "2026-02-20T24:00Z", /use a time with its zone/],
    ["as a day alone", "2026-11-22", /use a time with its zone/],
    ["as a number", 1_795_000_000, /use a time with its zone/],
  ];
  for (const [what, from, fix] of bad) {
    it(`refuses a time ${what}`, () => {
      const problem = onlyProblem(withValue(prod, motel, [{ from }]));
      assert.equal(problem.path, "systems.motel.maintenance[0].from");
      assert.match(problem.fix, fix);
    });
  }

  it("refuses an end that is none, and takes one that has passed", () => {
    const problem = onlyProblem(withValue(prod, ["stackbook:maintenance"], [{ from: "2026-11-22T02:00Z", until: "2026-11-22T03:00+01:00" }]));
    assert.deepEqual([problem.path, problem.given], ["maintenance[0].until", '"2026-11-22T03:00+01:00"']);
    load(withValue(prod, motel, [{ from: "2001-01-01T02:00Z", until: "2001-01-01T03:00Z" }]));
  });

  it("refuses words of several lines, unknown keys and more windows than anybody plans", () => {
    assert.equal(onlyProblem(withValue(prod, motel, [{ message: "two\nlines" }])).path, "systems.motel.maintenance[0].message");
    assert.equal(onlyProblem(withValue(prod, motel, [{ message: "x".repeat(501) }])).path, "systems.motel.maintenance[0].message");
    assert.match(onlyProblem(withValue(prod, motel, [{ untill: "2026-11-22T02:00Z" }])).fix, /did you mean systems\.motel\.maintenance\[0\]\.until\?/);
    assert.equal(onlyProblem(withValue(prod, motel, Array.from({ length: 21 }, () => ({})))).path, "systems.motel.maintenance");
  });
});

describe("addresses in a stack file", () => {
  it("are taken as text, or with an end and a reason", () => {
    const { edge } = load(withValue(withValue(prod, blocked, ["203.0.113.7", { address: "2001:db8::/32", until: "2026-12-01T00:00Z", why: "guessing", by: "ops@here" }]), ["stackbook:edge", "bypass"], ["198.51.100.0/24"]));
    assert.deepEqual(edge.blocked, [{ address: "203.0.113.7" }, { address: "2001:db8::/32", until: "2026-12-01T00:00:00.000Z", why: "guessing", by: "ops@here" }]);
    assert.deepEqual(edge.bypass, ["198.51.100.0/24"]);
    assert.deepEqual([load(prod).edge.blocked, load(prod).edge.bypass], [[], []]);
  });

  const bad: [string, string, RegExp][] = [
    ["10.0.0.5/8", "edge.blocked[0]", /use 10\.0\.0\.0\/8, or 10\.0\.0\.5 for the one address/],
    ["2001:db8::1/32", "edge.blocked[0]", /use 2001:db8::\/32, or 2001:db8::1/],
    ["10.0.0.0/33", "edge.blocked[0]", /use a length of 0-32/],
    ["::ffff:10.0.0.0/104", "edge.blocked[0]", /use 10\.0\.0\.0\/8: the edge sees/],
    ["fe80::1%eth0", "edge.blocked[0]", /use an IPv4 or IPv6 address or network/],
    ["example.org", "edge.blocked[0]", /use an IPv4 or IPv6 address or network/],
    ["10.0.0.0/8/8", "edge.blocked[0]", /use an IPv4 or IPv6 address or network/],
  ];
  for (const [text, path, fix] of bad) {
    it(`refuses ${text}, and says what to write`, () => {
      const problem = onlyProblem(withValue(prod, blocked, [text]));
      assert.equal(problem.path, path);
      assert.match(problem.fix, fix);
    });
  }

  it("refuses one that stands there twice, however it is written, and more than a thousand", () => {
    assert.equal(onlyProblem(withValue(prod, blocked, ["2001:db8::/32", { address: "2001:DB8:0::/32" }])).path, "edge.blocked[1]");
    assert.equal(onlyProblem(withValue(prod, blocked, Array.from({ length: 1001 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`))).path, "edge.blocked");
    assert.equal(load(withValue(prod, blocked, Array.from({ length: 1000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`))).edge.blocked.length, 1000);
  });
});

describe("networks", () => {
  const net = parseNetwork;

  it("hold others or share nothing", () => {
    assert.ok(covers(net("0.0.0.0/0"), net("255.255.255.255")) && covers(net("10.0.0.0/8"), net("10.255.0.0/16")) && covers(net("2001:db8::/32"), net("2001:db8:ffff::1")));
    assert.ok(!covers(net("10.0.0.0/16"), net("10.0.0.0/8")) && !covers(net("0.0.0.0/0"), net("::1")) && !covers(net("10.0.0.0/9"), net("10.128.0.0/9")));
    assert.ok(overlaps(net("10.0.0.0/16"), net("10.0.0.0/8")) && !overlaps(net("10.0.0.0/16"), net("10.1.0.0/16")));
    assert.equal(formatNetwork(widen(net("10.1.2.3"), 8)), "10.0.0.0/8");
  });

  it("are written the one way that everybody writes them", () => {
    for (const [text, shown] of [["2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"], ["1:0:0:2:0:0:0:3", "1:0:0:2::3"], ["::", "::"], ["64:ff9b::1.2.3.4", "64:ff9b::102:304"], ["203.0.113.7/32", "203.0.113.7"]] as const) {
      assert.equal(formatNetwork(net(text)), shown);
    }
  });

  it("are the same read back, whatever they are", () => {
    const any = fc.oneof(
      fc.record({ family: fc.constant(4 as const), first: fc.bigInt(0n, 2n ** 32n - 1n), prefix: fc.integer({ min: 0, max: 32 }) }),
      fc.record({ family: fc.constant(6 as const), first: fc.bigInt(2n ** 49n, 2n ** 128n - 1n), prefix: fc.integer({ min: 0, max: 128 }) }),
    );
    fc.assert(fc.property(any, (some) => {
      const network = widen(some, some.prefix);
      assert.deepEqual(readNetwork(formatNetwork(network)), network);
    }));
  });

  it("are never misread from any text", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:./]{1,40}$/)), (text) => {
      const network = readNetwork(text);
      if (network !== undefined && !("fix" in network)) assert.deepEqual(readNetwork(formatNetwork(network)), network);
    }));
  });
});

describe("a moment", () => {
  it("is the one that was meant, or refused", () => {
    fc.assert(fc.property(fc.date({ min: new Date("2000-01-01T00:00Z"), max: new Date("2999-12-31T23:59Z"), noInvalidDate: true }), (date) => {
      const whole = new Date(Math.floor(date.getTime() / 60_000) * 60_000).toISOString();
      assert.equal(checkInstant(whole), true);
      assert.equal(checkInstant(whole.replace(":00.000Z", "Z")), true);
    }));
  });
});

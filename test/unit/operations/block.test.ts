import assert from "node:assert/strict";
import { Desk } from "./support/desk";

describe("stackbook block", () => {
  let desk: Desk;
  beforeEach(() => { desk = new Desk("config:\n  stackbook:edge:\n    bypass: [198.51.100.0/24, 2001:db8:5::/48]\n  stackbook:systems: { motel: {} }\n"); });
  afterEach(() => desk.leave());

  it("blocks for good, or for a time, and lets in again", async () => {
    await desk.done("block", "203.0.113.0/24", "--yes");
    await desk.done("block", "2001:DB8:0:0::/64", "--for", "2d", "--why", "guessing", "--yes");
    assert.match(desk.text, /blocked:\n +- address: 203\.0\.113\.0\/24\n +by: ops@desk\n +- address: "?2001:db8::\/64"?\n +until: 2026-11-23T10:01Z\n +by: ops@desk\n +why: guessing\n/);
    assert.deepEqual(desk.cli.updates, ["block 203.0.113.0/24", "block 2001:DB8:0:0::/64: guessing"]);
    assert.match(await desk.done("blocks"), /203\.0\.113\.0\/24 +for good; by ops@desk\n2001:db8::\/64 +until Monday 2026-11-23 .*; by ops@desk: guessing\nOperators' addresses, which pass maintenance: 198\.51\.100\.0\/24/);
    await desk.done("unblock", "203.0.113.0/24");
    await desk.done("unblock", "2001:db8::/64");
    assert.doesNotMatch(desk.text, /blocked/);
  });

  it("asks first", async () => {
    await desk.done("block", "203.0.113.7", "--for", "1h");
    assert.deepEqual(desk.questions, ["Refuse every request from 203.0.113.7 until Saturday 2026-11-21 12:01 (Europe/Berlin)?"]);
  });

  const dangerous: [string, RegExp][] = [
    ["0.0.0.0/0", /every IPv4 address there is/],
    ["::/0", /every IPv6 address there is/],
    ["128.0.0.0/1", /a large part of the Internet; blocks are usually of \/8 or longer/],
    ["198.51.100.7", /holds operators' addresses \(edge\.bypass: 198\.51\.100\.0\/24\)/],
    ["198.51.0.0/16", /would be locked out/],
    ["2001:db8::/32", /edge\.bypass: 2001:db8:5::\/48/],
  ];
  for (const [address, why] of dangerous) {
    it(`refuses ${address} unless told that it is meant`, async () => {
      assert.match(await desk.refused("block", address, "--yes"), why);
      await desk.done("block", address, "--anyway", "--yes");
    });
  }

  it("changes the end of what is blocked, and nothing for a part of it", async () => {
    await desk.done("block", "203.0.113.0/24", "--for", "1h", "--yes");
    await desk.done("block", "203.0.113.0/24", "--yes");
    assert.equal(desk.text.match(/203\.0\.113/g)?.length, 1);
    const updates = desk.cli.updates.length;
    assert.match(await desk.done("block", "203.0.113.7", "--yes"), /blocked already: it is part of 203\.0\.113\.0\/24/);
    assert.equal(desk.cli.updates.length, updates);
  });

  it("says what is no address, and what is not blocked by itself", async () => {
    assert.match(await desk.refused("block", "motel.example.org", "--yes"), /motel\.example\.org is no address/);
    assert.match(await desk.refused("block", "10.0.0.5/8", "--yes"), /use 10\.0\.0\.0\/8, or 10\.0\.0\.5/);
    assert.match(await desk.refused("unblock", "203.0.113.7"), /not blocked\n/);
    await desk.done("block", "203.0.113.0/24", "--yes");
    assert.match(await desk.refused("unblock", "203.0.113.7"), /not blocked by itself\n +Blocked is 203\.0\.113\.0\/24/);
  });

  it("takes plain text that a person wrote, and leaves it plain", async () => {
    const plain = new Desk("config:\n  stackbook:edge:\n    blocked: [203.0.113.7]\n");
    await plain.done("block", "203.0.113.8", "--yes");
    assert.match(plain.text, /blocked:\n? *(\[ )?(- )?203\.0\.113\.7/);
    plain.leave();
  });
});

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readAudit } from "../../../operations/change/audit";
import { Problem } from "../../../operations/problem";
import { Desk, passKey } from "./support/desk";

describe("stackbook maintenance", () => {
  let desk: Desk;
  beforeEach(() => { desk = new Desk(); });
  afterEach(() => desk.leave());

  it("closes a system from this minute on, by one update, and leaves the rest of the file as it is", async () => {
    const out = await desk.done("maintenance", "on", "motel", "--for", "30m", "--message", "New rooms.", "--why", "OPS-217", "--yes");
    assert.equal(desk.text, [
      "config:", "  stackbook:systems:", "    motel:", "      version: 1.0.0 # the first", "      maintenance:", "        - from: 2026-11-21T10:00Z", "          until: 2026-11-21T10:31Z", "          message: New rooms.", "          by: ops@desk", "          why: OPS-217",
      "    fetms:", "      version: 1.0.0", "    sms:", "      version: 1.0.0", "  stackbook:sequence: 1", "",
    ].join("\n"));
    assert.deepEqual(desk.cli.updates, ["maintenance on motel: OPS-217"]);
    assert.match(out, /Visitors of Motel Manager are turned away with 503 until Saturday 2026-11-21 11:31 \(Europe\/Berlin\)/);
    assert.deepEqual(readAudit(desk.root, "dev").map(({ result, what, why }) => [what, why, result]), [["maintenance on motel", "OPS-217", "begun"], ["maintenance on motel", "OPS-217", "done"]]);
  });

  it("gives what is on another end, and keeps since when and what visitors read", async () => {
    await desk.done("maintenance", "on", "motel", "--message", "New rooms.", "--yes");
    desk.now = new Date("2026-11-21T11:00:00Z");
    await desk.done("maintenance", "on", "motel", "--until", "13:00", "--yes");
    assert.match(desk.text, /maintenance:\n +- from: 2026-11-21T10:00Z\n +until: 2026-11-21T12:00Z\n +message: New rooms\.\n +by: ops@desk\n {4}fetms/);
  });

  it("asks first, and changes nothing without a yes", async () => {
    desk.answer = false;
    const before = desk.text;
    assert.equal((await desk.run("maintenance", "on", "all")).code, 130);
    assert.deepEqual([desk.text, desk.questions], [before, ["Turn visitors of all systems away until further notice?"]]);
  });

  it("opens again what is on, and leaves what is planned", async () => {
    await desk.done("maintenance", "schedule", "motel", "--from", "2026-12-01 20:00", "--for", "2h");
    await desk.done("maintenance", "on", "motel", "--yes");
    const out = await desk.done("maintenance", "off", "motel");
    assert.match(out, /Motel Manager: maintenance from Saturday 2026-11-21 11:00 .* until further notice has ended\.\nVisitors are let in\./);
    assert.match(desk.text, /maintenance:\n +- from: 2026-12-01T19:00Z\n +until: 2026-12-01T21:00Z\n +by: ops@desk\n {4}fetms/);
    assert.match(await desk.refused("maintenance", "off", "motel"), /motel is not in maintenance/);
  });

  it("opens all that is on with all, and says what only that opens", async () => {
    await desk.done("maintenance", "on", "all", "--yes");
    await desk.done("maintenance", "on", "sms", "--yes");
    assert.match(await desk.refused("maintenance", "off", "motel"), /motel is closed with all other systems, not by itself\n.*off all/);
    assert.match(await desk.done("maintenance", "off", "sms"), /sms stays closed with all other systems/);
    await desk.done("maintenance", "on", "sms", "--yes");
    await desk.done("maintenance", "off", "all");
    assert.doesNotMatch(desk.text, /maintenance/);
    assert.match(await desk.refused("maintenance", "off", "all"), /no system is in maintenance/);
  });

  it("says that visitors are still kept out when the update that should let them in fails", async () => {
    await desk.done("maintenance", "on", "motel", "--yes");
    desk.cli.onUp = () => { throw new Problem("the update failed:", ["motel/backend/a-0 is not healthy after 60 s"]); };
    const { code, err } = await desk.run("maintenance", "off", "motel");
    assert.equal(code, 1);
    assert.match(err, /a-0 is not healthy after 60 s\n {2}Visitors are let in when an update succeeds/);
  });

  describe("planned", () => {
    it("is refused when visitors are promised more notice, with the earliest time and the next weekly window", async () => {
      const err = await desk.refused("maintenance", "schedule", "fetms", "--from", "2026-11-22 02:00", "--for", "2h");
      assert.match(err, /Sunday 2026-11-22 02:00 \(Europe\/Berlin\) is too soon: visitors are promised notice of FETMS.* 48 h \(fetms\.md, Maintenance Procedures\)/);
      assert.match(err, /The earliest time is Monday 2026-11-23 11:01 \(Europe\/Berlin\)\./);
      assert.match(err, /fetms-sunday: Sunday 2026-11-29 02:00 \(Europe\/Berlin\); give --next/);
      assert.match(await desk.refused("maintenance", "schedule", "sms", "--from", "2026-11-22 10:00", "--for", "2h"), /24 h \(sms\.md, Production Change Procedure\)/);
      assert.match(await desk.refused("maintenance", "schedule", "all", "--from", "2026-11-23 10:00", "--for", "2h"), /48 h .*24 h/);
    });

    it("is taken a minute after the notice, and at any time where nothing is promised", async () => {
      await desk.done("maintenance", "schedule", "fetms", "--from", "2026-11-23T10:01Z", "--for", "2h");
      await desk.done("maintenance", "schedule", "motel", "--from", "2026-11-21T10:05Z", "--for", "1m");
      assert.match(desk.text, /from: 2026-11-23T10:01Z\n +until: 2026-11-23T12:01Z/);
    });

    it("at short notice has a reason, which is recorded", async () => {
      await desk.done("maintenance", "schedule", "fetms", "--next", "--why", "OPS-9", "--short-notice", "the certificate ends on Monday");
      assert.match(desk.text, /- from: 2026-11-22T01:00Z\n +until: 2026-11-22T03:00Z\n +by: ops@desk\n +why: "?OPS-9; at short notice: the certificate ends on Monday"?\n/);
    });

    it("takes the next weekly window that is far enough ahead, in its own zone", async () => {
      await desk.done("maintenance", "schedule", "fetms", "--next", "--message", "Indexes are rebuilt.");
      assert.match(desk.text, /- from: 2026-11-29T01:00Z\n +until: 2026-11-29T03:00Z\n +message: Indexes are rebuilt\.\n/);
      assert.match(await desk.refused("maintenance", "schedule", "motel", "--next"), /Motel Manager has no weekly window/);
    });

    it("is refused on top of another, without an end, in the past, and for a system that doesn't run", async () => {
      await desk.done("maintenance", "schedule", "motel", "--from", "2026-12-01T20:00Z", "--for", "2h");
      assert.match(await desk.refused("maintenance", "schedule", "motel", "--from", "2026-12-01T21:59Z", "--for", "2h"), /maintenance is planned already .*cancel motel --from 2026-12-01T20:00Z/s);
      await desk.done("maintenance", "schedule", "motel", "--from", "2026-12-01T22:00Z", "--for", "2h");
      assert.match(await desk.refused("maintenance", "schedule", "motel"), /--from is missing.*--for or --until is missing/s);
      assert.match(await desk.refused("maintenance", "schedule", "motel", "--from", "2026-11-20T00:00Z", "--for", "2h"), /which has passed/);
      assert.match(await desk.refused("maintenance", "schedule", "motel", "--from", "2026-12-05T00:00Z", "--until", "2026-12-04T00:00Z"), /use a time after its beginning/);
      assert.match(await desk.refused("maintenance", "schedule", "motel", "--from", "tomorrow", "--for", "2h"), /--from is tomorrow: use a time such as/);
      for (const system of ["memo", "mps", "nothing"]) assert.match(await desk.refused("maintenance", "on", system, "--yes"), new RegExp(`${system} is no running system of the stack dev\\n +Use fetms, motel, sms, all\\.`));
      assert.match(await desk.refused("maintenance", "on", "motel", "--for", "2h", "--until", "13:00", "--yes"), /give one of them/);
    });

    it("is called off by its time, and only before it begins", async () => {
      await desk.done("maintenance", "schedule", "motel", "--from", "2026-12-01T20:00Z", "--for", "2h");
      await desk.done("maintenance", "schedule", "motel", "--from", "2026-12-02T20:00Z", "--for", "2h");
      assert.match(await desk.refused("maintenance", "cancel", "motel"), /2 times are planned .*\n +--from 2026-12-01T20:00Z/);
      await desk.done("maintenance", "cancel", "motel", "--from", "2026-12-02 21:00");
      assert.doesNotMatch(desk.text, /2026-12-02/);
      await desk.done("maintenance", "cancel", "motel");
      assert.doesNotMatch(desk.text, /maintenance/);
      await desk.done("maintenance", "on", "motel", "--yes");
      assert.match(await desk.refused("maintenance", "cancel", "motel"), /no maintenance of Motel Manager is planned\n +What is on ends with: .*off motel/);
    });
  });

  it("is tidied out of the file by the next update once it is over", async () => {
    await desk.done("maintenance", "on", "motel", "--for", "30m", "--yes");
    await desk.done("block", "203.0.113.7", "--for", "1h", "--yes");
    desk.now = new Date("2026-11-22T10:00:00Z");
    const { progress } = await desk.run("maintenance", "on", "sms", "--yes");
    assert.match(progress.join("\n"), /Taken out of the stack file: maintenance of motel that ended \(2026-11-21T10:31Z\)\.\n.*blocks that ended \(203\.0\.113\.7\)\./);
    assert.doesNotMatch(desk.text, /2026-11-21|203/);
    assert.match(desk.text, /motel:\n {6}version: 1\.0\.0 # the first\n {4}fetms/);
  });

  it("is listed with what is on, what is planned and the weekly windows", async () => {
    assert.match(await desk.done("maintenance", "list"), /No maintenance is on or planned\.\n\nWeekly windows.*\n {2}fetms-sunday \(fetms\): next Sunday 2026-11-22 02:00 \(Europe\/Berlin\)/);
    await desk.done("maintenance", "on", "all", "--why", "OPS-1", "--yes");
    await desk.done("maintenance", "schedule", "fetms", "--next", "--message", "Indexes.");
    const out = await desk.done("maintenance", "list");
    assert.match(out, /^all systems\n {2}ON +from Saturday 2026-11-21 11:00 .* until further notice; by ops@desk: OPS-1\n\nFETMS.*\n {2}in 7 d 15 h +from Sunday 2026-11-29 02:00 .*\n +visitors read: Indexes\./);
    const json = JSON.parse(await desk.done("maintenance", "list", "--json")) as { maintenance: { place: string; windows: { state: string }[] }[] };
    assert.deepEqual(json.maintenance.map(({ place, windows }) => [place, windows.map(({ state }) => state)]), [["all", ["open"]], ["fetms", ["planned"]]]);
  });

  it("makes passes that only the stack's key makes, and records that it did, not what", async () => {
    const out = await desk.done("maintenance", "pass", "motel", "--for", "30m", "--json");
    const { cookie, links } = JSON.parse(out) as { cookie: { name: string; value: string }; links: { system: string; link: string }[] };
    const [head = "", body = "", signature] = cookie.value.split(".");
    assert.equal(createHmac("sha256", passKey).update(`${head}.${body}`).digest("base64url"), signature);
    assert.deepEqual(JSON.parse(Buffer.from(body, "base64url").toString()), { aud: "motel", sub: "ops@desk", iat: 1_795_255_230, exp: 1_795_257_030 });
    assert.deepEqual(links, [{ system: "motel", link: `https://motel.localhost:8443/.well-known/stackbook/pass?pass=${cookie.value}` }]);
    const audit = JSON.stringify(readAudit(desk.root, "dev"));
    assert.ok(audit.includes("maintenance pass motel") && !audit.includes(cookie.value));
    assert.ok(!out.includes(passKey) && desk.cli.updates.length === 0);
    assert.equal((JSON.parse(await desk.done("maintenance", "pass", "all", "--json")) as { links: unknown[] }).links.length, 3);
    assert.match(await desk.refused("maintenance", "pass", "motel", "--for", "30d"), /--for is 30d: use 1 min to 7 d/);
    desk.cli.secretOutputs = {};
    assert.match((await desk.run("maintenance", "pass", "motel")).err, /has no key for passes/);
  });

  it("refuses a list that a person broke, and touches nothing", async () => {
    const broken = new Desk("config:\n  stackbook:maintenance: [{ until: tomorrow }]\n");
    const { code, err } = await broken.run("maintenance", "on", "motel", "--yes");
    assert.equal(code, 1);
    assert.match(err, /stackbook:maintenance in .*Pulumi\.dev\.yaml can't be read\n +`pulumi preview` says what is wrong/);
    assert.equal(broken.cli.updates.length, 0);
    broken.leave();
  });
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { History } from "../../../../agents/status/src/history";
import { openIncident, resolveIncident, updateIncident, type Incident } from "../../../../agents/status/src/incidents";
import { announcedMaintenance, isInMaintenance } from "../../../../agents/status/src/maintenance";
import { renderFeed } from "../../../../agents/status/src/page/feed";
import { escape } from "../../../../agents/status/src/page/html";
import { renderJson } from "../../../../agents/status/src/page/json";
import { contentSecurityPolicy, renderPage } from "../../../../agents/status/src/page/page";
import { viewOf, type StatusView } from "../../../../agents/status/src/page/view";
import { daysUntil } from "../../../../agents/status/src/time";
import { removeFolders, silent, statusConfig, temporaryFolder } from "./support";

after(removeFolders);

const now = new Date("2026-11-21T10:00:00Z");
const nasty = `<script>alert("1")</script> & 'x'\u0000\u001b`;
const rules = { now, updateMinutes: 30 };

function incident(change: object = {}): Incident {
  const input = { system: "memo", severity: 2, issue: "Sign-in fails", impact: "Nobody can sign in", ...change };
  return openIncident(input, { ...rules, systems: ["memo", "motel", "stack"], day: "2026-11-21", taken: () => false });
}

interface Scene {
  readonly config?: object;
  readonly incidents?: readonly Incident[];
  readonly up?: Readonly<Record<string, boolean>>;
  readonly history?: (history: History) => void;
  readonly now?: Date;
}

function view(scene: Scene = {}): StatusView {
  const history = new History(temporaryFolder(), silent);
  scene.history?.(history);
  return viewOf({
    config: statusConfig(scene.config), history, incidents: scene.incidents ?? [], checkedAt: now, now: scene.now ?? now, freshMs: 120_000,
    checks: new Map(Object.entries(scene.up ?? { memo: true, motel: true }).map(([id, up]) => [id, { up, at: now }])),
  });
}

const states = (scene: Scene): string => [view(scene).state, ...view(scene).systems.map(({ state }) => state)].join(" ");

describe("the state of a system", () => {
  it("is what the last check said, as long as it is fresh", () => {
    assert.equal(states({}), "operational operational operational");
    assert.equal(states({ up: { memo: false, motel: true } }), "outage outage operational");
    assert.equal(states({ up: { motel: true } }), "unknown unknown operational");
    assert.equal(states({ now: new Date(now.getTime() + 121_000) }), "unknown unknown unknown");
  });

  it("is what people said, when they know of an incident", () => {
    assert.equal(states({ incidents: [incident({ severity: 1 })] }), "outage outage operational");
    assert.equal(states({ incidents: [incident({ severity: 3 })] }), "degraded degraded operational");
    assert.equal(states({ incidents: [incident({ severity: 4 })] }), "operational operational operational");
    assert.equal(states({ incidents: [incident({ severity: 2, system: "stack" })] }), "degraded degraded degraded");
    assert.equal(states({ incidents: [resolveIncident(incident({ severity: 1 }), { resolution: "x" }, rules)] }), "operational operational operational");
  });

  it("is maintenance while an announced window is open and the system is away", () => {
    const config = { maintenance: [{ name: "weekly", systems: ["memo"], days: ["Saturday"], from: "11:00", to: "13:00" }] };
    assert.equal(states({ config, up: { memo: false, motel: true } }), "maintenance maintenance operational");
    assert.equal(states({ config, up: { memo: false, motel: false } }), "outage maintenance outage");
    assert.equal(states({ config }), "operational operational operational");
  });
});

describe("ninety days", () => {
  const days = daysUntil("2026-11-21", 90);

  it("show each day as it was, and days without checks as not known", () => {
    const shown = view({
      history: (history) => {
        for (const day of days.slice(10)) for (let check = 0; check < 200; check += 1) history.record(day, "memo", "up");
        history.record(days[20] ?? "", "memo", "down");
        for (let check = 0; check < 10; check += 1) history.record(days[30] ?? "", "memo", "down");
        history.record(days[5] ?? "", "memo", "maintenance");
      },
    }).systems[0];
    assert.equal(shown?.days.length, 90);
    const of = (at: number): string => `${shown?.days[at]?.state ?? ""} ${shown?.days[at]?.ratio?.toFixed(4) ?? "-"}`;
    assert.deepEqual([0, 5, 10, 20, 30, 89].map(of), ["unknown -", "maintenance -", "operational 1.0000", "degraded 0.9950", "outage 0.9524", "operational 1.0000"]);
    assert.equal(shown?.ratio?.toFixed(5), (16000 / 16011).toFixed(5));
  });

  it("are told to those who can't see bars as well", () => {
    const html = renderPage(view({ history: (history) => { history.record("2026-11-20", "memo", "down"); history.record("2026-11-21", "memo", "up"); } }));
    assert.match(html, /role="img" aria-label="90 days: 50\.00 % available; 1 of 2 days checked had failures"/);
    assert.match(html, /<summary>Days with failures \(1\)<\/summary><ul><li>20 Nov: 0 % available/);
  });
});

describe("maintenance windows", () => {
  const config = statusConfig({
    maintenance: [
      { name: "FETMS", systems: ["memo"], days: ["sunday"], from: "02:00", to: "04:00" },
      { name: "night", systems: "all", days: ["Sat"], from: "23:00", to: "01:00", timeZone: "UTC" },
    ],
  });
  const during = (time: string, system = "memo"): boolean => isInMaintenance(config, system, new Date(time));

  it("are open in their own time zone, over midnight too", () => {
    // Sunday 02:00 in Athens is Saturday midnight, UTC.
    assert.deepEqual(["2026-11-21T22:59:59Z", "2026-11-21T23:30:00Z", "2026-11-22T00:59:00Z", "2026-11-22T01:59:00Z", "2026-11-22T02:00:00Z"].map((time) => during(time)), [false, true, true, true, false]);
    assert.deepEqual(["2026-11-22T00:59:00Z", "2026-11-22T01:00:00Z"].map((time) => during(time, "motel")), [true, false]);
  });

  it("can last until a day's end", () => {
    const evening = statusConfig({ maintenance: [{ name: "late", systems: "all", days: ["saturday"], from: "22:00", to: "24:00" }] });
    const times = ["2026-11-21T19:59:00Z", "2026-11-21T20:00:00Z", "2026-11-21T21:59:59Z", "2026-11-21T22:00:00Z"];
    assert.deepEqual(times.map((time) => isInMaintenance(evening, "memo", new Date(time))), [false, true, true, false]);
  });

  it("are announced a week ahead, and shown while they last", () => {
    const shown = (time: string): string[] => announcedMaintenance(config, new Date(time)).map(({ name, day, active }) => `${name} ${day}${active ? " now" : ""}`);
    assert.deepEqual(shown("2026-11-21T10:00:00Z"), ["night 2026-11-21", "FETMS 2026-11-22"]);
    assert.deepEqual(shown("2026-11-22T00:30:00Z"), ["night 2026-11-21 now", "FETMS 2026-11-22 now", "night 2026-11-28", "FETMS 2026-11-29"]);
  });
});

describe("the page", () => {
  const bad = updateIncident(incident({ issue: nasty, impact: nasty, eta: nasty }), { message: nasty, status: nasty }, rules);
  const over = resolveIncident(incident({ issue: `Past ${nasty}` }), { resolution: nasty, nextSteps: nasty }, rules);
  const scene = (): StatusView => view({ config: { title: `Status ${nasty}` }, incidents: [bad, over] });

  it("shows what people wrote as text, whatever it is", () => {
    const html = renderPage(scene());
    assert.doesNotMatch(html, /<script/);
    assert.doesNotMatch(html, /[\u0000\u001b]/);
    assert.ok(html.split(escape(nasty.trim())).length > 10);
    assert.equal(escape(`<&>"'`), "&lt;&amp;&gt;&quot;&#39;");
  });

  it("is well-formed, has one style that the policy names, and asks nobody else for anything", () => {
    const html = renderPage(scene());
    const asXml = html.replace("<!doctype html>", "").replace(/<(meta|link)([^>]*)>/g, "<$1$2/>");
    assert.equal(XMLValidator.validate(asXml), true);
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
    assert.ok(contentSecurityPolicy.includes(`'sha256-${createHash("sha256").update(style).digest("base64")}'`));
    assert.doesNotMatch(html, / style="| on[a-z]+="/);
    assert.doesNotMatch(html, /(?:src|href)="(?!https:\/\/memo\.example\.org|\/)/);
    assert.match(html, /<html lang="en">/);
  });

  it("tells no versions, images, names of people or addresses inside", () => {
    const all = [renderPage(scene()), JSON.stringify(renderJson(scene())), renderFeed(scene())].join("");
    for (const secret of ["1.0.0", "sha256:aa", "prometheus", "alertmanager", "openedBy", "unknown@"]) assert.ok(!all.includes(secret), secret);
  });

  it("names an incident's severity, impact, status, ETA and every update, newest first", () => {
    const html = renderPage(view({ incidents: [updateIncident(incident(), { status: "Identified", message: "A full disk" }, { ...rules, now: new Date("2026-11-21T10:10:00Z") })] }));
    assert.match(html, /Open incidents[\s\S]*MemoApp: Sign-in fails[\s\S]*2 \(High\)[\s\S]*Nobody can sign in[\s\S]*Unknown[\s\S]*12:10<\/time> <strong>Identified<\/strong> A full disk[\s\S]*12:00<\/time> <strong>Investigating/);
    assert.match(html, /Past incidents<\/h2>\s*<p>None/);
  });
});

describe("the feed", () => {
  it("is Atom with what RFC 4287 demands, whatever people wrote", () => {
    const entries = [incident({ issue: nasty }), resolveIncident(incident({ issue: "Slow" }), { resolution: nasty }, rules)];
    const xml = renderFeed(view({ incidents: entries }));
    assert.equal(XMLValidator.validate(xml), true);
    const { feed } = new XMLParser({ ignoreAttributes: false, isArray: (name) => ["entry", "link"].includes(name) }).parse(xml) as { feed: Record<string, unknown> & { entry: Record<string, unknown>[] } };
    for (const element of ["id", "title", "updated", "author", "link"]) assert.ok(feed[element], element);
    assert.equal(feed.entry.length, 2);
    for (const entry of feed.entry) for (const element of ["id", "title", "updated", "content"]) assert.ok(entry[element], element);
    assert.match(String(feed.entry[0]?.["id"]), /^tag:status\.example\.org,2026:stackbook\/2026-11-21-memo-script/);
    assert.equal(new Set(feed.entry.map(({ id }) => id)).size, 2);
  });

  it("is valid while there is nothing in it, and without an address", () => {
    assert.equal(XMLValidator.validate(renderFeed(view())), true);
    assert.equal(XMLValidator.validate(renderFeed(view({ config: { publicUrl: null } }))), true);
  });
});

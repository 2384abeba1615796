import assert from "node:assert/strict";
import { compareReleases, countReleases, type Change, type Releases } from "../../../../agents/status/src/releases";
import { changeMessage } from "../../../../agents/status/src/templates";
import { statusConfig } from "./support";

const config = statusConfig();
const now = new Date("2026-11-21T10:00:00Z");

interface Running {
  readonly version: string;
  readonly image?: string;
  readonly hash?: string;
}

/** What was told of each update, one after the other. */
function told(...updates: readonly (Running | undefined)[]): (Change | undefined)[] {
  let releases: Releases = {};
  return updates.map((running) => {
    const systems = running === undefined ? [] : [{ id: "memo", title: "MemoApp", version: running.version, images: { backend: running.image ?? running.version }, configHash: running.hash ?? "c" }];
    const found = compareReleases(releases, systems, now);
    releases = found.releases;
    assert.ok(found.changes.length <= 1);
    return found.changes[0];
  });
}

const kinds = (changes: readonly (Change | undefined)[]): (string | undefined)[] => changes.map((change) => change && `${change.kind} ${change.what}`);
const v = (version: string, image?: string, hash?: string): Running => ({ version, ...(image && { image }), ...(hash && { hash }) });

describe("updates, seen in the configuration", () => {
  it("tells the first release once, and nothing while nothing changes", () => {
    assert.deepEqual(kinds(told(v("1"), v("1"), v("1"))), ["deploy first", undefined, undefined]);
  });

  it("tells a version that ran before as a rollback", () => {
    assert.deepEqual(kinds(told(v("1"), v("2"), v("3"), v("1"))), ["deploy first", "deploy version", "deploy version", "rollback version"]);
  });

  it("tells going forward again as a deploy, though that version ran before", () => {
    assert.deepEqual(kinds(told(v("1"), v("2"), v("1"), v("2"), v("1"))).slice(2), ["rollback version", "deploy version", "rollback version"]);
  });

  it("tells a version that ran before as a rollback though its settings are new", () => {
    assert.deepEqual(kinds(told(v("1"), v("2"), v("1", undefined, "other"))).at(-1), "rollback version");
  });

  it("tells images and settings of one version apart, there and back", () => {
    assert.deepEqual(kinds(told(v("1", "a"), v("1", "b"), v("1", "a"))), ["deploy first", "deploy content", "rollback content"]);
    assert.deepEqual(kinds(told(v("1", "a", "x"), v("1", "a", "y"), v("1", "a", "x"))), ["deploy first", "deploy settings", "rollback settings"]);
  });

  it("tells that a system was stopped, and started again", () => {
    assert.deepEqual(kinds(told(v("1"), undefined, undefined, v("1"))), ["deploy first", "deploy stopped", undefined, "deploy started"]);
  });

  it("counts on when the oldest updates are no longer kept", () => {
    let releases: Releases = {};
    for (let i = 0; i < 450; i++) {
      releases = compareReleases(releases, [{ id: "memo", title: "MemoApp", version: `1.${i}`, images: {}, configHash: "c" }], now).releases;
    }
    assert.equal(releases["memo"]?.length, 200);
    assert.equal(countReleases(releases["memo"] ?? []), 450);
  });

  it("says from what to what, in which stack, and where to look", () => {
    const change = told(v("1.0.0"), v("1.1.0"), v("1.0.0"))[2];
    assert.ok(change);
    assert.deepEqual(changeMessage(change, config), {
      title: "ROLLBACK: MemoApp 1.1.0 back to 1.0.0",
      text: [
        "MemoApp was rolled back from 1.1.0 to 1.0.0 in stack prod (prod).",
        "Before: 1.1.0 (backend 1.1.0)",
        "Now: 1.0.0 (backend 1.0.0)",
        "Who and why: pulumi stack history --stack prod",
        "Status page: https://status.example.org",
      ].join("\n"),
    });
  });
});

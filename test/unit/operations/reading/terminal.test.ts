import assert from "node:assert/strict";
import { durationOption, momentOption } from "../../../../operations/durations";
import { Problem } from "../../../../operations/problem";
import { columns, fit, painter, width } from "../../../../operations/terminal";

describe("text on a screen", () => {
  const paint = painter({ colours: true });

  it("has columns as wide as what is seen, figures under one another", () => {
    assert.deepEqual(columns([["a", paint("red", "down"), "9"], ["bbb", "x", "10 %"]], [2]), [`a    ${paint("red", "down")}     9`, "bbb  x     10 %"]);
    assert.equal(width(paint("green", "größer")), 6);
  });

  it("is cut to its room, with a sign that it was", () => {
    assert.deepEqual([fit("abcdefgh", 6), fit("abcdef", 6), fit("abcdef", undefined), fit("abcdef", 2)], ["abc...", "abcdef", "abcdef", "ab"]);
  });

  it("is plain where there are no colours", () => {
    assert.equal(painter({ colours: false })("red", "down"), "down");
    assert.equal(paint("red", ""), "");
  });
});

describe("times on a command line", () => {
  const now = new Date("2026-11-21T10:00:00Z");

  it("are how long ago, or a moment", () => {
    assert.equal(momentOption("--since", "1h30m", now).toISOString(), "2026-11-21T08:30:00.000Z");
    assert.equal(momentOption("--since", "2d", now).toISOString(), "2026-11-19T10:00:00.000Z");
    assert.equal(momentOption("--since", "2026-11-21T08:00:00+02:00", now).toISOString(), "2026-11-21T06:00:00.000Z");
    assert.equal(durationOption("--wait", "5m", { least: 1, most: 3600 }), 300);
  });

  it("are refused when they are none, or out of range", () => {
    for (const text of ["soon", "12", "", "-1m", "2026"]) assert.throws(() => momentOption("--since", text, now), (error) => error instanceof Problem && error.exitCode === 2, text);
    assert.throws(() => durationOption("--wait", "2h", { least: 1, most: 3600 }), /--wait is 2h: use 1 s to 1 h/);
    assert.throws(() => durationOption("--wait", "60d", { least: 1, most: 30 * 86_400 }), /use 1 s to 30 d/);
  });
});

import assert from "node:assert/strict";
import { nearest, parseArgs } from "../../../setup/base/args.mjs";
import { Problem } from "../../../setup/base/problem.mjs";
import { optionsOf } from "../../../setup/options.mjs";

const start = (...argv) => optionsOf("start", argv, {});

/** The message of what is refused. */
function refusal(work) {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Problem, String(error?.stack));
    return error;
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}

describe("setup: options of npm start", () => {
  it("takes systems as a list, in the order of the catalogue and once each", () => {
    assert.deepEqual(start("--systems", "sms,motel,sms").systems, ["motel", "sms"]);
    assert.deepEqual(start("--systems=mps").systems, ["mps"]);
  });

  it("takes all for every system", () => {
    assert.deepEqual(start("--systems", "all").systems, ["mps", "fetms", "memo", "motel", "sms"]);
  });

  it("leaves the systems to the stack file when none are named", () => {
    assert.equal(start().systems, undefined);
  });

  it("builds what takes long only when it is named", () => {
    assert.equal(start().with, undefined);
    assert.deepEqual(start("--with", "logs").with, ["logs"]);
    assert.match(refusal(() => start("--with", "log")).message, /unknown part "log"; did you mean logs\?/);
    assert.match(refusal(() => optionsOf("start", [], { npm_config_with: "logs" })).message, /npm start -- --with logs/);
  });

  it("names the option that was meant", () => {
    assert.match(refusal(() => start("--sytems", "motel")).message, /unknown option --sytems; did you mean --systems\?/);
  });

  it("counts a mistyped option and its value as one mistake", () => {
    assert.equal(refusal(() => start("--sytems", "motel")).message.split("\n").length, 1);
  });

  it("names the system that was meant, and all there are", () => {
    const { message } = refusal(() => start("--systems", "motle"));
    assert.match(message, /unknown system "motle"; did you mean motel\? There are mps, fetms, memo, motel, sms/);
  });

  it("says that nothing was touched, and how to call it", () => {
    assert.match(refusal(() => start("--nonsense")).text(), /Nothing was touched\.\n {2}Usage: npm start/);
  });

  it("reports every mistake at once", () => {
    const { message } = refusal(() => start("--systems", "x1", "--online", "--offline", "stray"));
    for (const part of ['unknown system "x1"', "--online contradict", '"stray" is not expected']) assert.ok(message.includes(part), `${part} in ${message}`);
  });

  it("refuses an option without its value", () => {
    assert.match(refusal(() => start("--systems")).message, /--systems needs a value: mps,fetms,memo,motel,sms or all/);
    assert.match(refusal(() => start("--systems", "--yes")).message, /--systems needs a value/);
    assert.match(refusal(() => start("--systems", ",")).message, /--systems needs a value/);
  });

  it("refuses a value where none belongs", () => {
    assert.match(refusal(() => start("--yes=no")).message, /--yes takes no value, but got "no"/);
  });

  it("refuses a stack's name that could leave its folder", () => {
    assert.match(refusal(() => start("--stack", "../prod")).message, /--stack \.\.\/prod is not allowed/);
  });

  it("sends staging and prod to the CLI", () => {
    assert.match(refusal(() => start("--stack", "prod")).text(), /pulumi up --stack prod/);
  });

  it("notices options that npm kept to itself", () => {
    const { message } = refusal(() => optionsOf("start", [], { npm_config_systems: "all" }));
    assert.match(message, /npm kept --systems to itself; write -- before our options: npm start -- --systems all/);
    assert.match(refusal(() => optionsOf("destroy", [], { npm_config_data: "true" })).message, /npm kept --data to itself/);
  });

  it("takes npm's own --offline as ours, and lets npm's --yes be npm's", () => {
    assert.equal(optionsOf("start", [], { npm_config_offline: "true", npm_config_yes: "" }).force, "offline");
  });

  it("prints help without an error", () => {
    const help = refusal(() => start("--help"));
    assert.equal(help.exitCode, 0);
    assert.match(help.message, /--offline +build everything from package registries/);
  });

  it("guesses only what is near", () => {
    assert.equal(nearest("memmo", ["memo", "motel"]), "memo");
    assert.equal(nearest("kubernetes", ["memo", "motel"]), undefined);
  });

  it("takes a short form where there is one", () => {
    assert.equal(parseArgs(["-y"], { yes: { kind: "flag", short: "y", help: "" } }, { usage: "" }).yes, true);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { factsOf } from "../../../../config/facts";
import type { Context } from "../../../../operations/commands/types";
import type { Stack } from "../../../../operations/stack";
import { systems } from "../../../../systems";
import { load } from "../../config/fixtures";
import { FakeAgents, FakeCli, stackbook, type Said } from "./fakes";

export const passKey = "k".repeat(48);
const wholeStack = { "stackbook:monitoring": { timeZone: "Europe/Berlin" }, "stackbook:systems": { motel: {}, fetms: {}, sms: {}, memo: { enabled: false } } };

/** A stack file in a folder of its own, and a stack that takes every update. */
export class Desk {
  readonly root = mkdtempSync(join(tmpdir(), "stackbook-maintenance-"));
  readonly cli = new FakeCli();
  now = new Date("2026-11-21T10:00:30Z");
  questions: string[] = [];
  answer = true;

  constructor(text = "config:\n  stackbook:systems:\n    motel:\n      version: 1.0.0 # the first\n    fetms:\n      version: 1.0.0\n    sms:\n      version: 1.0.0\n") {
    writeFileSync(this.file, text);
    this.cli.secretOutputs = { credentials: { edge: { passKey } } };
  }

  get file(): string {
    return join(this.root, "Pulumi.dev.yaml");
  }

  get text(): string {
    return readFileSync(this.file, "utf8");
  }

  run(...argv: readonly string[]): Promise<Said> {
    const facts = factsOf(load(wholeStack, { stack: "dev" }));
    const shown = Object.fromEntries(facts.systems.map(({ enabled, id, url, version }) => [id, { title: systems[id].title, version, enabled, url }]));
    const stack: Stack = { name: "dev", outputs: { facts, systems: shown }, dockerHost: undefined, cli: this.cli };
    const context: Partial<Context> = {
      root: this.root, now: () => this.now,
      confirm: (question) => {
        this.questions.push(question);
        return Promise.resolve(this.answer);
      },
    };
    return stackbook(argv, stack, new FakeAgents(), context);
  }

  async done(...argv: readonly string[]): Promise<string> {
    const { code, err, out } = await this.run(...argv);
    assert.equal(code, 0, err);
    return out;
  }

  /** Refused: nothing was written and no update was made. */
  async refused(...argv: readonly string[]): Promise<string> {
    const [before, updates] = [this.text, this.cli.updates.length];
    const { code, err } = await this.run(...argv);
    assert.equal(code, 2, err);
    assert.deepEqual([this.text, this.cli.updates.length], [before, updates]);
    return err;
  }

  leave(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

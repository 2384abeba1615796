import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readAudit } from "../../../../operations/change/audit";
import { runPulumi } from "../../../support/pulumi";
import { containersOf } from "../../support/engine";
import { startLoad, Visitor } from "../../support/http";
import type { Outputs } from "../../support/stack";
import { Clone, type Said } from "./clone";

/** What `deploy --json` prints. */
export interface DeployAnswer {
  readonly result: string;
  readonly reasons: readonly string[];
  readonly smoke: readonly { readonly outcome: string }[];
  readonly watch: { readonly outcome: string; readonly summary: string; readonly judged: boolean } | null;
}

/** A path that `-patchy` versions answer, and one that they don't. */
export const paths = { plain: "/api/version", withQuery: "/api/version?try=1" } as const;

type Load = ReturnType<typeof startLoad>;

/** All of a stack that a command may have touched. */
interface Touchable {
  readonly file: string;
  readonly containers: readonly string[];
  readonly updates: number;
}

/** Motel Manager 1.0.0 in a clone of its own, and visitors who ask from the first to the last second. */
export class Scene {
  readonly clone: Clone;
  readonly origin: string;
  outputs!: Outputs;
  private readonly loads: Load[] = [];

  /** @param config over what a deploy needs least: neither monitoring nor backups */
  constructor(stack: string, httpsPort: number, config: Readonly<Record<string, unknown>> = {}) {
    this.origin = `https://motel.localhost:${httpsPort}`;
    this.clone = new Clone(stack, {
      "stackbook:environment": "dev",
      // Idle connections are kept for less than the drain: in less than this a busy machine's visitor meets one that is just being closed.
      "stackbook:edge": { httpPort: httpsPort + 37, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 10 },
      "stackbook:demo": { seed: true, traffic: false },
      "stackbook:monitoring": { enabled: false },
      "stackbook:backups": { enabled: false },
      "stackbook:systems": { motel: { version: "1.0.0" } },
      ...config,
    });
  }

  /** @param secrets of the stack, which go in by standard input as a user's do */
  async start(secrets: Readonly<Record<string, string>> = {}): Promise<void> {
    const { clone } = this;
    await clone.start();
    for (const [key, input] of Object.entries(secrets)) {
      const { code, output } = await runPulumi(["config", "set", "--secret", key, "--stack", clone.stack], { cwd: clone.folder, env: clone.env, input });
      assert.equal(code, 0, output);
    }
    await clone.up();
    this.outputs = await clone.outputs();
  }

  /** More visitors. Two of each kind are enough to tell, and leave the machine to what is tried. */
  visit(path: string = paths.plain, clients = 2): Load {
    const load = startLoad(this.origin, this.outputs.caCertificate, path, clients);
    this.loads.push(load);
    return load;
  }

  async end(): Promise<void> {
    await Promise.all(this.loads.map((load) => load.stop()));
    await this.clone.destroy();
  }

  /** What begins and ends a suite: the stack, and visitors from its first to its last test. @param secrets as for `start` */
  forSuite({ clients, secrets }: { readonly clients?: number; readonly secrets?: () => Readonly<Record<string, string>> } = {}): { load: Load } {
    const visitors: { load: Load } = { load: { stop: () => assert.fail("nobody visits before the stack stands") } };
    before(async () => {
      await this.start(secrets?.());
      visitors.load = this.visit(undefined, clients);
    });
    after(() => this.end());
    return visitors;
  }

  async versionServed(): Promise<string> {
    const visitor = new Visitor(this.origin, this.outputs.caCertificate);
    try {
      return (await visitor.json<{ version: string }>(paths.plain)).version;
    } finally {
      visitor.close();
    }
  }

  /** `a 1.0.0`: slots and versions of the application that run. */
  async running(): Promise<readonly string[]> {
    const own = (await containersOf(this.clone.stack, { role: "app" })).filter(({ State }) => State === "running");
    return [...new Set(own.map(({ Labels }) => `${Labels["stackbook.slot"]} ${Labels["stackbook.version"]}`))].sort();
  }

  /** What the stack file says of Motel. */
  motel(): unknown {
    return (this.clone.settings()["stackbook:systems"] as { motel: unknown }).motel;
  }

  /** This version and no other: served, running, and in the stack file. */
  async isAt(version: string, slot: "a" | "b" = "a"): Promise<void> {
    const written = { version, ...(slot === "a" ? {} : { slot }) };
    assert.deepEqual([await this.versionServed(), await this.running(), this.motel()], [version, [`${slot} ${version}`], written]);
  }

  /** Messages of the stack's updates, newest first. */
  async history(): Promise<readonly string[]> {
    const { output } = await this.clone.must("stack", "history", "--json", "--page-size", "0");
    return (JSON.parse(output) as readonly { readonly message: string }[]).map(({ message }) => message);
  }

  /** What came of each operation, newest first: `deploy motel 1.1.0: done`. */
  audit(): readonly string[] {
    return readAudit(this.clone.folder, this.clone.stack).filter(({ result }) => result !== "begun").map(({ result, what }) => `${what}: ${result}`).reverse();
  }

  async touchable(): Promise<Touchable> {
    return { file: readFileSync(this.clone.file, "utf8"), containers: (await containersOf(this.clone.stack)).map(({ Id }) => Id).sort(), updates: (await this.history()).length };
  }

  /** A command that is refused, and has touched nothing. */
  async refused(exitCode: number, said: RegExp, ...argv: readonly string[]): Promise<Said> {
    const before = await this.touchable();
    const answer = await this.clone.stackbook(...argv);
    assert.equal(answer.code, exitCode, answer.output);
    assert.match(answer.output, said);
    assert.deepEqual(await this.touchable(), before);
    return answer;
  }
}

/** Whatever was not answered well, by what it was; and that there was enough to tell. */
export async function failuresOf(load: Pick<Load, "stop">, least = 100): Promise<Readonly<Record<string, number>>> {
  const { answers, failures } = await load.stop();
  assert.ok(answers >= least, `${answers} answers are too few to tell`);
  return failures;
}

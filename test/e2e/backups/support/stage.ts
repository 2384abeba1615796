import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { containersOf } from "../../support/engine";
import { Visitor } from "../../support/http";
import type { Ran } from "../../../support/pulumi";
import { root, TestStack, type Outputs } from "../../support/stack";

export type Sums = Readonly<Record<string, string>>;

/** A stack with backups in a folder of this machine, and the command line on it. */
export class BackedUpStack {
  /** The store: user 1000's, as the agent is. */
  readonly store = mkdtempSync(join(tmpdir(), "stackbook-store-"));
  readonly stack: TestStack;
  private readonly stackFile: string;

  /** @param backups what of `stackbook:backups` is another than a store in a folder alone */
  constructor(readonly name: string, httpsPort: number, systems: Readonly<Record<string, unknown>>, { stores, ...backups }: { readonly stores?: Readonly<Record<string, unknown>>; readonly encryption?: unknown } = {}) {
    chownSync(this.store, 1000, 1000);
    this.stackFile = join(root, `Pulumi.${name}.yaml`);
    this.stack = new TestStack(name, {
      "stackbook:environment": "dev",
      "stackbook:edge": { httpPort: httpsPort - 363, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 2 },
      "stackbook:demo": { seed: true, traffic: false },
      "stackbook:backups": { enabled: true, stores: { local: { kind: "directory", path: this.store }, ...stores }, ...backups },
      "stackbook:systems": systems,
    });
  }

  /** @param prepare before the first update: secrets of its own */
  async start(prepare: (stack: TestStack) => Promise<void> = () => Promise.resolve()): Promise<void> {
    await this.stack.init();
    await prepare(this.stack);
    await this.stack.mustUp();
    // The command line looks for the stack file beside the project.
    symlinkSync(this.stack.configFile, this.stackFile);
  }

  /** As a user calls it: a process of its own. */
  stackbook(...argv: readonly string[]): Promise<Ran & { readonly out: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(root, "operations/bin.cjs"), ...argv, "--stack", this.name], { cwd: root, env: this.stack.env });
      let output = "";
      let out = "";
      child.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString("utf8");
        output += chunk.toString("utf8");
      });
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? -1, output, out }));
      child.stdin.end();
    });
  }

  async must(...argv: readonly string[]): Promise<Ran & { readonly out: string }> {
    const result = await this.stackbook(...argv);
    assert.equal(result.code, 0, `stackbook ${argv.join(" ")}:\n${result.output}`);
    return result;
  }

  async json<T>(...argv: readonly string[]): Promise<T> {
    return JSON.parse((await this.must(...argv, "--json")).out) as T;
  }

  outputs(): Promise<Outputs> {
    return this.stack.outputs();
  }

  async container(filter: Readonly<Record<string, string>>): Promise<string> {
    const found = (await containersOf(this.name, filter)).filter(({ State }) => State === "running");
    const [first] = found;
    assert.ok(first, `no container runs with ${JSON.stringify(filter)}`);
    return first.Names[0]?.slice(1) ?? "";
  }

  /** A visitor who is logged in. */
  async visitor(system: string): Promise<{ readonly visitor: Visitor; readonly headers: Readonly<Record<string, string>> }> {
    const { systems, credentials, caCertificate } = await this.outputs();
    const visitor = new Visitor(systems[system]?.url ?? "", caCertificate);
    const { accessToken, token } = await visitor.json<{ accessToken?: string; token?: string }>("/api/auth/login", { json: credentials[system]?.login });
    return { visitor, headers: { authorization: `Bearer ${accessToken ?? token ?? ""}` } };
  }

  async write(system: string, path: string, rows: readonly object[]): Promise<void> {
    const { visitor, headers } = await this.visitor(system);
    for (const json of rows) {
      const answer = await visitor.ask(path, { json, headers });
      assert.equal(answer.status, 201, answer.body);
    }
    visitor.close();
  }

  /** The host is gone: containers, volumes and state; what is left is the store, the repository, and what an operator kept. */
  async loseEverything(): Promise<void> {
    await this.stack.run("state", "unprotect", "--all", "--yes");
    const { code, output } = await this.stack.run("destroy", "--yes", "--skip-preview");
    assert.equal(code, 0, output);
    rmSync(join(this.stack.folder, "state"), { recursive: true });
    mkdirSync(join(this.stack.folder, "state"));
    rmSync(this.stackFile);
  }

  async end(): Promise<void> {
    // A recovery wrote it anew; destroying reads it where the test keeps it.
    if (existsSync(this.stackFile)) {
      cpSync(this.stackFile, `${this.stack.configFile}.now`, { dereference: true });
      rmSync(this.stackFile);
      cpSync(`${this.stack.configFile}.now`, this.stack.configFile);
    }
    try {
      // After a recovery that failed before it began there is none.
      if ((await this.stack.run("stack", "ls")).output.includes(this.name)) await this.stack.destroy();
    } finally {
      rmSync(this.store, { recursive: true, force: true });
    }
  }
}

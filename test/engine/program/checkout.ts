import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runPulumi, type Ran } from "../../support/pulumi";
import { pulumiEnvironment, repository } from "../support";

/** What the program never reads; stack files are put there one by one. */
const leftOut = /^(\..*|node_modules|airgap|bench|docs|operations|setup|test|Pulumi\..+\.yaml)$/;

/** The program in a folder of its own: what the CLI writes into stack files never reaches the repository's. */
export class Checkout {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "stackbook-program-"));

  private constructor(private readonly env: NodeJS.ProcessEnv) {
    for (const part of fs.readdirSync(repository).filter((name) => !leftOut.test(name))) fs.cpSync(path.join(repository, part), path.join(this.folder, part), { recursive: true });
    fs.symlinkSync(path.join(repository, "node_modules"), path.join(this.folder, "node_modules"));
    fs.mkdirSync(path.join(this.folder, "state"));
  }

  static async create(env: NodeJS.ProcessEnv = {}): Promise<Checkout> {
    const base = await pulumiEnvironment();
    const checkout = new Checkout({ ...base, ...env });
    checkout.env["PULUMI_BACKEND_URL"] = `file://${path.join(checkout.folder, "state")}`;
    return checkout;
  }

  /** Puts a stack file of the repository, or a given one, into place and makes the stack. */
  async stack(name: string, content?: string): Promise<void> {
    const file = `Pulumi.${name}.yaml`;
    fs.writeFileSync(path.join(this.folder, file), content ?? fs.readFileSync(path.join(repository, file)));
    const made = await this.run("stack", "init", name);
    if (made.code !== 0) throw new Error(made.output);
  }

  /** Writes a file anew, from what it was. */
  write(file: string, change: (before: string) => string): void {
    const place = path.join(this.folder, file);
    fs.writeFileSync(place, change(fs.readFileSync(place, "utf8")));
  }

  run(...args: string[]): Promise<Ran> {
    return runPulumi(args, { cwd: this.folder, env: this.env });
  }

  close(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

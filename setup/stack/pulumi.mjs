import { Problem } from "../base/problem.mjs";
import { run } from "../base/run.mjs";
import { isWrongPassphrase, lost } from "./passphrase.mjs";
import { paths } from "../base/paths.mjs";

/** The CLI, on one stack, without questions. */
export class Pulumi {
  /** @param {NodeJS.ProcessEnv} env @param {string} stack */
  constructor(env, stack) {
    this.env = env;
    this.stack = stack;
  }

  /** @returns {Promise<{ code: number, out: string, err: string }>} */
  run(args, options = {}) {
    return run("pulumi", [...args, "--non-interactive", "--stack", this.stack], { env: this.env, log: "pulumi.log", ...options });
  }

  /** Throws what the CLI said when it fails. `isSecret`: what it says is not written into a log. */
  async must(args, what, { isSecret = false } = {}) {
    const ended = await this.run(args, isSecret ? { log: undefined } : {});
    if (ended.code === 0) return ended.out;
    const said = `${ended.err}\n${ended.out}`.trim();
    if (isWrongPassphrase(said)) throw lost(`${paths.passphrase} does not open it`);
    throw new Problem(`${what}:`, [...said.split("\n").slice(-12), "More: .stackbook/logs/pulumi.log"]);
  }

  async json(args, what) {
    return JSON.parse(await this.must([...args, "--json"], what));
  }
}

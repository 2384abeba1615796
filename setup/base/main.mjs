import { Problem } from "./problem.mjs";
import { watchSignals } from "./signals.mjs";

/** Runs a command's main function; the one place where an exit code is set. */
export async function main(run) {
  watchSignals();
  try {
    process.exitCode = (await run(process.argv.slice(2))) ?? 0;
  } catch (error) {
    if (error instanceof Problem && error.exitCode === 0) process.stdout.write(`${error.message}\n`);
    else process.stderr.write(error instanceof Problem ? `\n${error.text()}\n` : `\n${error?.stack ?? String(error)}\n`);
    process.exitCode = error instanceof Problem ? error.exitCode : 70;
  }
}

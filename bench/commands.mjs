import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { paths } from "../setup/base/paths.mjs";
import { measure } from "./measure.mjs";
import { order } from "./previews.mjs";
import { interleaved } from "./statistics.mjs";
import { stackPrefix } from "./workshop.mjs";

/** Until Prometheus has two readings of everything, so that there is something to show. */
const warmUpSeconds = 60;

/** What people wait for when they look, and what the CLI alone takes to read the stack once. */
const commands = {
  "stack output": ["pulumi", "stack", "output", "--json"],
  status: ["stackbook", "status"],
  history: ["stackbook", "history"],
  health: ["stackbook", "health"],
  metrics: ["stackbook", "metrics"],
};

/** How long the commands that only look take, on a stack of all five systems that is watched and used. */
export async function measureCommands({ workshop, runs, tell }) {
  const name = `${stackPrefix}commands`;
  const stack = await workshop.stack(name, order, { more: { "stackbook:demo": { seed: true, traffic: true }, "stackbook:monitoring": { enabled: true } } });
  try {
    tell("commands that look: deploying all five, watched");
    await stack.up();
    tell(`commands that look: ${warmUpSeconds} s of demo traffic`);
    await pause(warmUpSeconds * 1000);
    const variants = Object.fromEntries(Object.entries(commands).map(([title, command]) => [title, () => run(command, name, workshop.env)]));
    return await interleaved(variants, { runs, tell, title: "commands that look" });
  } finally {
    tell("commands that look: taking the stack down");
    await stack.destroy();
  }
}

async function run([program, ...args], stack, env) {
  const options = { cwd: paths.root, env };
  const rest = [...args, "--stack", stack];
  if (program === "pulumi") return measure("pulumi", [...rest, "--non-interactive"], options);
  const one = await measure(process.execPath, [join(paths.root, "operations/bin.cjs"), ...rest], options);
  // A figure of a screen with holes would be no figure of this.
  const [hole] = /^Not known: .*$/m.exec(one.out) ?? [];
  if (hole !== undefined) throw new Error(`${args.join(" ")} did not show everything, so its time says nothing: ${hole}`);
  return one;
}

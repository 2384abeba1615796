import { paths } from "../setup/base/paths.mjs";
import { must } from "../setup/base/run.mjs";
import * as programs from "./programs.mjs";
import { interleaved } from "./statistics.mjs";
import { ports, stackPrefix } from "./workshop.mjs";

/** Motel first, for it is what `npm start` runs by default. */
export const order = ["motel", "mps", "fetms", "memo", "sms"];

/** Previews of stacks that don't exist yet: of nothing, of 1 to 5 systems, and of the same resources written flat. */
export async function measurePreviews(workshop, empty, { runs, tell }) {
  tell("programs to compare with: empty, plugins only, and each number of systems written flat");
  const compared = {
    empty,
    "empty, types checked": await workshop.program("checked", programs.emptyChecked),
    "plugins only": await workshop.program("plugins", programs.plugins),
  };
  const resources = {};
  for (let count = 1; count <= order.length; count += 1) {
    const systems = order.slice(0, count);
    compared[`systems ${count}`] = await workshop.stack(`${stackPrefix}${count}`, systems);
    const source = await writeFlat(systems, workshop.env);
    resources[count] = source.split("\n").filter((text) => text.startsWith("const ")).length;
    compared[`flat ${count}`] = await workshop.program(`flat-${count}`, programs.flat(source));
  }
  const variants = Object.fromEntries(Object.entries(compared).map(([name, program]) => [name, () => program.preview()]));
  return { resources, results: await interleaved(variants, { runs, tell, title: "preview" }) };
}

/** The program itself, recorded on mocks and printed as one file of plain resources. */
async function writeFlat(systems, env) {
  const wish = JSON.stringify({ systems, edge: { httpPort: ports.http, httpsPort: ports.https } });
  const { out } = await must(process.execPath, ["-r", "ts-node/register/transpile-only", "bench/flat/write.ts", wish], { cwd: paths.root, env }, "the program could not be written flat");
  return out;
}

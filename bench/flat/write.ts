/** `node -r ts-node/register/transpile-only bench/flat/write.ts '{ "systems": [...], "edge": {...} }'`: prints a flat program. */
import { record } from "./record";
import { renderFlat } from "./render";
import * as path from "node:path";

async function main(): Promise<void> {
  const { systems, edge } = JSON.parse(process.argv[2] ?? "") as { systems: string[]; edge: object };
  const resources = await record(systems, edge);
  process.stdout.write(renderFlat(resources, path.resolve(__dirname, "../..")));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

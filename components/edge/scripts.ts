import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The scripts are files of their own, so that a shell's own tools can read and check them. */
export function script(name: "edge.sh" | "write-routes.sh" | "acme.sh"): string {
  return readFileSync(join(__dirname, "scripts", name), "utf8");
}

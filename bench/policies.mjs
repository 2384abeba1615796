import { join } from "node:path";
import { paths } from "../setup/base/paths.mjs";
import { order } from "./previews.mjs";
import { interleaved } from "./statistics.mjs";
import { stackPrefix } from "./workshop.mjs";

/** What the policy pack adds to a preview of all five systems, watched and backed up: as much as there is to look at. */
export async function measurePolicies({ workshop, runs, tell }) {
  const stack = await workshop.stack(`${stackPrefix}policies`, order, { more: { "stackbook:monitoring": { enabled: true }, "stackbook:backups": { enabled: true } } });
  const variants = { without: () => stack.preview(), with: () => stack.preview("--policy-pack", join(paths.root, "policies")) };
  return interleaved(variants, { runs, tell, title: "preview under policies" });
}

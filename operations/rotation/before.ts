import { systems } from "../../systems";
import type { Means } from "../change";
import type { Exchange } from "./plan";

/** A Redis that was made before it could take two passwords is replaced by its first exchange. */
export async function oldCaches(exchanges: readonly Exchange[], { engine, stack }: Pick<Means, "engine" | "stack">): Promise<string[]> {
  const ids = exchanges.flatMap(({ kind, system }) => (kind === "redis" && system !== undefined ? [system] : []));
  const found = await Promise.all(
    ids.map(async (id) => {
      const [cache] = await engine.containers({ "stackbook.stack": stack.name, "stackbook.system": id, "stackbook.role": "cache" });
      return cache?.healthTest === undefined || cache.healthTest.join(" ").includes("stackbook-health") ? [] : [id];
    }),
  );
  return found.flat().map((id) => `${systems[id].title}: its Redis is from before November 2026 and takes one password, so it is replaced, once; what needs it fails for about two seconds`);
}

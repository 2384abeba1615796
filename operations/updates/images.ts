import type { Engine } from "../engine";
import { Problem } from "../problem";

export interface Compared {
  readonly reference: string;
  /** undefined: nobody can tell. */
  readonly newer: boolean | undefined;
  /** What the registry has under this tag now, where that is another one. */
  readonly digest?: string;
  /** Why nobody can tell. */
  readonly why: string;
}

/** Whether an image's registry has another one under its tag by now. The engine asks, which has its logins. */
export async function compareImage(engine: Engine, reference: string): Promise<Compared> {
  const tag = reference.replace(/@sha256:[0-9a-f]{64}$/, "");
  const own = await engine.image(reference);
  if (own === undefined) return { reference, newer: undefined, why: "the engine has it no more" };
  if (own.digests.length === 0) return { reference, newer: undefined, why: "built here, so no registry knows a newer one: build it anew" };
  if (/^(?:sha256:)?[0-9a-f]{64}$/.test(tag)) return { reference, newer: undefined, why: "known by its content alone, so there is no tag to ask for" };
  try {
    const digest = await engine.registryDigest(tag);
    const newer = !own.digests.some((known) => known.endsWith(digest));
    return { reference, newer, why: "", ...(newer ? { digest } : {}) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { reference, newer: undefined, why: error.message };
  }
}

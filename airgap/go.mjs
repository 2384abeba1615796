import { totalmem } from "node:os";

/**
 * Go's compiler looks for garbage only when it holds this much, which takes a quarter off a build (cAdvisor from nothing:
 * 57 s of processor time before, 43 s so). One compiler runs per core; 1 GiB is more than any package here has needed.
 */
export const compilerMemory = { GOGC: "off", GOMEMLIMIT: `${Math.min(1024, Math.floor(totalmem() / 2 ** 20 / 8))}MiB` };

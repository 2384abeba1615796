import { startBackend } from "../backend";
import { leak } from "../leak";
import { describeError, type Log } from "../log";
import { readBackend, readCommon, readFrontend, type Environment } from "../settings";

/** Runs until SIGTERM or SIGINT, or until there is no hope of getting ready. */
export async function serve(env: Environment, log: Log): Promise<number> {
  const signalled = new Promise<string>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
  const { behaviour, role, version } = readCommon(env);
  if (behaviour === "dies") {
    log.error("ending at once: this version dies on purpose", { version });
    return 1;
  }
  const running = role === "backend"
    ? await startBackend(readBackend(env), log)
    : await (await import("../frontend/server")).startFrontend(readFrontend(env), log);
  if (behaviour === "leaks") leak();
  const failed = running.ready.then(() => new Promise<never>(() => undefined), (error: unknown) => ({ error }));
  const end = await Promise.race([signalled, failed]);
  if (typeof end === "string") {
    log.info("signal received", { signal: end });
    await running.stop();
    return 0;
  }
  log.error("giving up: never got ready", { error: describeError(end.error) });
  await running.stop();
  return 1;
}

import type { Container, Engine } from "../engine";
import { Problem } from "../problem";

/**
 * Waits for a container's own health check, which it runs itself: the engine looks every 10 to 30 seconds only. One
 * without a check has to run for two seconds.
 * @throws Problem with its last lines
 */
export async function untilHealthy(engine: Engine, container: string, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await engine.inspect(container);
    if (found.state === "exited" || found.state === "dead") throw await unwell(engine, found, `has ended with exit code ${found.exitCode ?? "unknown"}`);
    if (found.state === "running" && (await isWell(engine, found))) return;
    if (Date.now() > deadline) throw await unwell(engine, found, `is not healthy after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function isWell(engine: Engine, { healthTest, name, startedAt }: Container): Promise<boolean> {
  if (healthTest === undefined) return startedAt !== undefined && Date.now() - startedAt.getTime() > 2000;
  const [kind, ...words] = healthTest;
  try {
    return (await engine.exec(name, kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : words, "", { timeoutSeconds: 5 })).code === 0;
  } catch (error) {
    // It has stopped meanwhile, or did not answer in time: the next look says so.
    if (error instanceof Problem) return false;
    throw error;
  }
}

async function unwell(engine: Engine, { name }: Container, what: string): Promise<Problem> {
  const lines: string[] = [];
  await engine.logs(name, { tail: 10 }, ({ text }) => lines.push(text));
  return new Problem(`${name} ${what}; its last lines:`, [...lines, `The whole log: docker logs ${name}`]);
}

import { setTimeout as sleep } from "node:timers/promises";

/** Asks again until the answer is yes; fails when time is up. */
export async function until(seconds: number, done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
    if (await done()) return;
    if (Date.now() >= deadline) throw new Error(`not within ${seconds} s`);
    await sleep(pauseMs);
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { Say } from "../../rpc/plugin";
import { lastLines } from "./log";

const LOG_LINES = 15;

/** Waits until the container's health check passes; fails with what it said last. */
export async function untilHealthy(container: Docker.Container, name: string, seconds: number, say: Say): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  say(`waiting until ${name} is healthy`);
  for (;;) {
    const { State: state } = await container.inspect();
    if (state.Health === undefined) {
      throw new Error(`container ${name} has wait: true but neither it nor its image has a health check: add healthcheck, or remove wait`);
    }
    if (state.Health.Status === "healthy") return;
    if (!state.Running && !state.Restarting) {
      throw await failure(container, `container ${name} ended with code ${state.ExitCode} before it was healthy`, state.Health);
    }
    if (Date.now() >= deadline) {
      throw await failure(container, `container ${name} did not get healthy within ${seconds} s (its health is ${state.Health.Status})`, state.Health);
    }
    await sleep(250);
  }
}

async function failure(container: Docker.Container, what: string, health: { readonly Log?: { Output: string }[] }): Promise<Error> {
  const probe = health.Log?.at(-1)?.Output.trim();
  const log = await lastLines(container, LOG_LINES);
  return new Error([what, ...(probe ? [`Its health check said: ${probe}`] : []), "Its last log lines:", log === "" ? "(none)" : log].join("\n"));
}

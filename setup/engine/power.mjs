import { inStartOrder, nameOf, roleOf } from "./belongings.mjs";

/**
 * Starts what is stopped, in the order of dependence, and waits for each group's health. What doesn't get
 * healthy in time is left to the update, which reports it with its log.
 * @returns {Promise<string[]>} names of what was started
 */
export async function startContainers(engine, containers, { log, healthSeconds = 60 }) {
  const started = [];
  for (const group of inStartOrder(containers)) {
    const stopped = group.filter(({ State }) => State !== "running" && State !== "restarting");
    if (stopped.length === 0) continue;
    log(`starting ${stopped.map(nameOf).join(", ")}`);
    await Promise.all(stopped.map(({ Id }) => engine.start(Id)));
    started.push(...stopped.map(nameOf));
    await healthy(engine, stopped, healthSeconds);
  }
  return started;
}

async function healthy(engine, containers, seconds) {
  const until = Date.now() + seconds * 1000;
  await Promise.all(
    containers.map(async ({ Id }) => {
      while (Date.now() < until) {
        const { Config, State } = await engine.inspect(Id);
        if (State.Health === undefined || State.Health === null || State.Health.Status !== "starting" || State.Status === "exited") return;
        // The engine's own next look may be seconds away.
        if (await engine.check(Id, Config.Healthcheck.Test)) return;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }),
  );
}

/** Of those that the engine has not looked at yet, what their own check says now. */
export function settled(engine, containers) {
  return Promise.all(
    containers.map(async (container) => {
      if (!/\(health: starting\)/.test(container.Status ?? "")) return container;
      const { Config } = await engine.inspect(container.Id);
      return (await engine.check(container.Id, Config.Healthcheck.Test)) ? { ...container, Status: container.Status.replace("health: starting", "healthy") } : container;
    }),
  );
}

/**
 * Stops the edge and the apps first, the data last, each with the grace its container asks for.
 * @returns {Promise<string[]>}
 */
export async function stopContainers(engine, containers, { log }) {
  const stopped = [];
  for (const group of inStartOrder(containers).reverse()) {
    const running = group.filter(({ State }) => State === "running" || State === "restarting" || State === "paused");
    if (running.length === 0) continue;
    log(`stopping ${running.map(nameOf).join(", ")} (${[...new Set(running.map(roleOf))].join(", ")})`);
    await Promise.all(running.map(({ Id }) => engine.stop(Id)));
    stopped.push(...running.map(nameOf));
  }
  return stopped;
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startContainers, stopContainers } from "../setup/engine/power.mjs";
import { composeFile } from "./compose.mjs";
import { measure } from "./measure.mjs";
import { interleaved } from "./statistics.mjs";
import { stackPrefix } from "./workshop.mjs";

/**
 * Deploys a stack and measures an `up` that changes nothing, beside an empty program's; then gives the same
 * containers to Compose, on the same networks and volumes, and measures `up -d` likewise.
 * @param {string} name @param {readonly string[]} systems
 */
export async function measureUpdates(name, systems, { workshop, engine, empty, compose, runs, tell }) {
  const label = `${stackPrefix}up-${name}`;
  const stack = await workshop.stack(label, systems);
  try {
    tell(`up of ${name}: deploying it`);
    const first = await stack.up();
    await empty.up();
    const pulumi = await interleaved({ empty: () => empty.upUnchanged(), stackbook: () => stack.upUnchanged() }, { runs, tell, title: `up of ${name} that changes nothing` });
    const containers = await engine.containers({ label: [`stackbook.stack=${label}`] });
    const byCompose = compose === undefined ? undefined : await throughCompose(name, containers, { workshop, engine, empty, compose, runs, tell });
    return { containers: containers.length, first: first.seconds, pulumi, compose: byCompose };
  } finally {
    tell(`up of ${name}: taking it down`);
    await stack.destroy();
  }
}

async function throughCompose(name, containers, { workshop, engine, empty, compose, runs, tell }) {
  const inspected = await Promise.all(containers.map(({ Id }) => engine.inspect(Id)));
  const file = join(workshop.folder, `compose-${name}.json`);
  writeFileSync(file, JSON.stringify(composeFile(inspected), null, 1));
  const [program, ...rest] = compose.command;
  const docker = (...args) => measure(program, [...rest, "--project-name", `${stackPrefix}${name}`, "--file", file, ...args], { cwd: workshop.folder, env: workshop.env });
  // Never two servers on one volume, so ours stop first.
  tell(`up of ${name}: its containers stop, Compose starts the same ones`);
  await stopContainers(engine, containers, { log: () => undefined });
  try {
    await docker("up", "--detach");
    const unchanged = async () => {
      const done = await docker("up", "--detach");
      if (/\b(creat|recreat|start)(ing|ed)\b/i.test(done.out)) throw new Error(`compose up -d had something to do:\n${done.out}`);
      return done;
    };
    return await interleaved({ empty: () => empty.upUnchanged(), compose: unchanged }, { runs, tell, title: `compose up of ${name} that changes nothing` });
  } finally {
    await docker("down");
    await startContainers(engine, await engine.containers({ label: [`stackbook.stack=${stackPrefix}up-${name}`] }), { log: () => undefined });
  }
}

/** Whatever is left of ours after an error or Ctrl-C, by label; and the images that were built for it. */
export async function removeLeftovers(engine) {
  const own = ({ Labels }) => Labels?.["stackbook.stack"]?.startsWith(stackPrefix) === true;
  const composed = ({ Labels }) => Labels?.["com.docker.compose.project"]?.startsWith(stackPrefix) === true;
  const any = (items) => items.filter((item) => own(item) || composed(item));
  const quietly = (work) => work.catch(() => undefined);
  for (const { Id } of any(await engine.containers({}))) await quietly(engine.remove(Id));
  for (const { Id } of any(await engine.networks({}))) await quietly(engine.ask("DELETE", `/networks/${Id}`));
  for (const { Name } of any(await engine.volumes({}))) await quietly(engine.ask("DELETE", `/volumes/${Name}`));
  for (const { RepoTags } of await engine.ask("GET", "/images/json")) {
    for (const tag of RepoTags ?? []) if (tag.startsWith(`stackbook-${stackPrefix}`)) await quietly(engine.ask("DELETE", `/images/${tag}`));
  }
}

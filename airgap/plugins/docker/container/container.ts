import type Docker from "dockerode";
import { checkInputs } from "../../bridge/check";
import { difference, previewOutputs } from "../../bridge/difference";
import type { CheckFailure, ResourceKind } from "../../rpc/plugin";
import { bags, containsUnknown, isBag, number, strings, word, type Bag } from "../../rpc/values";
import type { Engine } from "../engine";
import { isGone, isNotFound, says } from "../errors";
import { findImage } from "../images";
import { lastLines } from "./log";
import { containerOutputs, importedInputs } from "./outputs";
import { explainStart } from "./ports";
import { createRequest, endpoint, limits } from "./request";
import { containerSpec } from "./spec";
import { upload } from "./upload";
import { untilHealthy } from "./health";

const LIMITS = ["restart", "maxRetryCount", "cpuShares", "cpuSet", "memory", "memoryReservation", "memorySwap"];

export function containerKind(engine: Engine): ResourceKind {
  return {
    check(target, olds, news, seed) {
      const { inputs, failures } = checkInputs(containerSpec, target, olds, news, seed);
      return { inputs, failures: [...failures, ...contradictions(inputs)] };
    },
    diff: (_target, _id, _inputs, outputs, news) => difference(containerSpec, outputs, news),
    preview: (news, olds) => previewOutputs(containerSpec, news, olds),

    async create(_target, news, say) {
      const docker = await engine.docker();
      await findImage(docker, word(news.image), undefined, say);
      const { name, ...body } = createRequest(news);
      // Given plainly, dockerode repeats every option, environment included, in the request's URL.
      const container = await docker.createContainer({ _query: { name }, _body: body } as Docker.ContainerCreateOptions).catch((error: unknown) => {
        throw new Error(`container ${word(news.name)} could not be created: ${says(error)}`);
      });
      try {
        await connect(docker, container, news);
        await upload(container, news.uploads);
        if (news.start === true) await start(docker, container, news);
        if (news.start === true && news.wait === true) await untilHealthy(container, word(news.name), number(news.waitTimeout) ?? 60, say);
        const logs = news.attach === true ? await untilEnd(container, news) : undefined;
        const outputs = containerOutputs(await container.inspect(), news);
        return { id: container.id, outputs: logs === undefined ? outputs : { ...outputs, containerLogs: logs } };
      } catch (error) {
        // Half a container in nobody's record would hold its name, its ports and its volumes.
        await container.remove({ force: true, v: true }).catch(() => undefined);
        throw error;
      }
    },

    async update(_target, id, olds, news) {
      const docker = await engine.docker();
      const container = docker.getContainer(id);
      if (LIMITS.some((key) => (olds[key] ?? null) !== (news[key] ?? null))) {
        await container.update(limits(news)).catch((error: unknown) => {
          throw new Error(`container ${word(news.name)} could not be given other limits: ${says(error)}`);
        });
      }
      if (olds.mustRun === false && news.mustRun === true && news.start === true) await start(docker, container, news);
      return containerOutputs(await container.inspect(), { ...olds, ...news });
    },

    async read(_target, id, inputs, outputs) {
      try {
        const info = await (await engine.docker()).getContainer(id).inspect();
        const imported = Object.keys(outputs).length === 0;
        const state = containerOutputs(info, imported ? { mustRun: true } : { ...outputs, mustRun: inputs.mustRun ?? outputs.mustRun });
        return { outputs: state, inputs: imported ? importedInputs(info, state) : inputs };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    async delete(_target, id, olds) {
      const docker = await engine.docker();
      const container = docker.getContainer(id);
      try {
        // Zero seconds is what the official plugin waits when nothing is said.
        if (olds.attach !== true) await container.stop({ t: number(olds.destroyGraceSeconds) ?? 0 }).catch(unlessStopped);
        await container.remove({ force: true, v: olds.removeVolumes !== false });
      } catch (error) {
        if (!isGone(error)) throw new Error(`container ${word(olds.name)} could not be removed: ${says(error)}`);
        // On its way out (`rm`): done when it has gone, or its volume would still be in use.
        await container.wait({ condition: "removed" }).catch(() => undefined);
      }
    },
  };
}

/** 304: it had stopped before. */
function unlessStopped(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 304 && !isNotFound(error)) throw error;
}

/** What each input allows, but Docker does not allow together. */
function contradictions(inputs: Bag): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const add = (property: string, reason: string): number => failures.push({ property, reason });
  if (strings(inputs.command).includes("")) add("command", "command must have no empty part");
  if (inputs.wait === true && !containsUnknown(inputs.healthcheck) && isBag(inputs.healthcheck) && strings(inputs.healthcheck.tests)[0] === "NONE") {
    add("wait", "wait needs a health check, and healthcheck.tests is NONE");
  }
  if (inputs.rm === true && inputs.restart !== "no") add("rm", "rm and restart exclude each other: set restart to no");
  for (const [index, entry] of bags(inputs.uploads).entries()) {
    const given = ["content", "contentBase64", "source"].filter((key) => entry[key] !== undefined);
    if (given.length !== 1) add(`uploads[${index}]`, "takes exactly one of content, contentBase64 and source");
  }
  return failures;
}

async function connect(docker: Docker, container: Docker.Container, news: Bag): Promise<void> {
  const networks = bags(news.networksAdvanced);
  if (networks.length === 0) return;
  await docker
    .getNetwork("bridge")
    .disconnect({ Container: container.id })
    .catch((error: unknown) => {
      if (!says(error).includes("is not connected to")) throw new Error(`the default network could not be left: ${says(error)}`);
    });
  for (const network of networks) {
    await docker
      .getNetwork(word(network.name))
      .connect({ Container: container.id, EndpointConfig: endpoint(network) })
      .catch((error: unknown) => {
        throw new Error(`container ${word(news.name)} could not join the network ${word(network.name)}: ${says(error)}`);
      });
  }
}

async function start(docker: Docker, container: Docker.Container, news: Bag): Promise<void> {
  await container.start().catch(async (error: unknown) => {
    if ((error as { statusCode?: number }).statusCode === 304) return; // it runs already
    throw new Error(`container ${word(news.name)} could not be started: ${await explainStart(docker, says(error), container.id)}`);
  });
}

async function untilEnd(container: Docker.Container, news: Bag): Promise<string | undefined> {
  await container.wait({ condition: "not-running" });
  return news.logs === true ? lastLines(container, "all") : undefined;
}

import { checkInputs, withoutNotes } from "../../bridge/check";
import type { CheckFailure, ResourceKind, Say } from "../../rpc/plugin";
import { containsUnknown, isBag, isUnknown, sameValue, secret, text, UNKNOWN, word, type Bag } from "../../rpc/values";
import type { Engine } from "../engine";
import { localImage } from "../images";
import { buildImage } from "./build";
import { contextDigest, requireDockerfile } from "./context";
import { imageSpec } from "./spec";

const OUTPUTS = ["baseImageName", "context", "dockerfile", "platform", "registryServer", "repoDigest"];

export function imageKind(engine: Engine): ResourceKind {
  const make = async (news: Bag, say: Say): Promise<Bag> => {
    const docker = await engine.docker();
    await buildImage(docker, engine.host, news, say);
    const name = word(news.imageName);
    const built = await localImage(docker, name);
    if (built === undefined) throw new Error(`image ${name} was built but is not on the engine under that name`);
    return outputsOf(news, built.id);
  };

  return {
    async check(target, _olds, news, seed) {
      const { inputs: checked, failures } = checkInputs(imageSpec, target, {}, news, seed);
      const inputs = withoutNotes(checked);
      const problems = [...failures, ...pushes(inputs)];
      if (problems.length > 0) return { inputs, failures: problems };
      try {
        return { inputs: { ...inputs, build: await completed(inputs) }, failures: [] };
      } catch (error) {
        return { inputs, failures: [{ property: "build", reason: error instanceof Error ? error.message : String(error) }] };
      }
    },
    diff(_target, _id, _inputs, outputs, news) {
      const kept = isBag(outputs.__inputs) ? outputs.__inputs : {};
      const keys = [...new Set([...Object.keys(kept), ...Object.keys(news)])];
      return { changes: Object.fromEntries(keys.filter((key) => !sameValue(kept[key], news[key])).map((key) => [key, "update" as const])) };
    },
    preview(news, olds) {
      const unknown = Object.fromEntries(OUTPUTS.map((key) => [key, UNKNOWN]));
      return { ...unknown, ...(olds !== undefined && { registryServer: olds.registryServer }), imageName: news.imageName };
    },
    create: async (_target, news, say) => ({ id: word(news.imageName), outputs: await make(news, say) }),
    update: (_target, _id, _olds, news, say) => make(news, say),
    // As the official plugin: what is on the engine is not compared. Removing an image is left to whoever cleans the engine.
    read: (_target, _id, inputs, outputs) => Promise.resolve({ inputs, outputs: keepSecret(outputs) }),
    delete: () => Promise.resolve(),
  };
}

function pushes(inputs: Bag): CheckFailure[] {
  if (inputs.skipPush === true || isUnknown(inputs.skipPush)) return [];
  return [{ property: "skipPush", reason: "skipPush must be true: the stand-in plugin builds but never pushes; use the official plugin to push" }];
}

/** The build with its defaults and, when its place is known, the digest that makes a change of files a change of inputs. */
async function completed(inputs: Bag): Promise<Bag> {
  const given = isBag(inputs.build) ? inputs.build : {};
  const context = given.context ?? ".";
  const dockerfile = given.dockerfile ?? (isUnknown(context) ? UNKNOWN : `${word(context).replace(/\/$/, "")}/Dockerfile`);
  const build: Bag = { ...given, context, dockerfile, platform: given.platform ?? `linux/${architecture()}` };
  if (containsUnknown(context) || containsUnknown(dockerfile)) return build;
  await requireDockerfile(word(context), word(dockerfile));
  return { ...build, contextDigest: await contextDigest(word(context), word(dockerfile)) };
}

function architecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}

function outputsOf(news: Bag, id: string): Bag {
  const build = isBag(news.build) ? news.build : {};
  return {
    imageName: news.imageName,
    baseImageName: news.imageName,
    context: build.context,
    dockerfile: text(build.dockerfile),
    platform: build.platform,
    registryServer: "",
    repoDigest: id,
    __inputs: secret(news),
  };
}

function keepSecret(outputs: Bag): Bag {
  return isBag(outputs.__inputs) ? { ...outputs, __inputs: secret(outputs.__inputs) } : outputs;
}

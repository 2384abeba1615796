import { checkInputs, withoutNotes } from "../bridge/check";
import { difference, previewOutputs } from "../bridge/difference";
import { boolean, map, object, string, stringSet, type ResourceSpec } from "../bridge/spec";
import type { ResourceKind } from "../rpc/plugin";
import { text, word, type Bag } from "../rpc/values";
import type { Engine } from "./engine";
import { isNotFound, says } from "./errors";
import { findImage, localImage, repoDigest, type FoundImage } from "./images";

const spec: ResourceSpec = {
  file: "airgap/plugins/docker/remote-image.ts",
  properties: {
    name: string({ required: true, replaces: true }),
    keepLocally: boolean(),
    forceRemove: boolean(),
    pullTriggers: stringSet({ replaces: true }),
    triggers: map({ replaces: true }),
    platform: string({ default: "", replaces: true }),
    build: object({}, { refused: "is not implemented by the stand-in plugin: build with docker.Image, use the official plugin, or add it in airgap/plugins/docker/remote-image.ts" }),
    imageId: string({ output: true }),
    repoDigest: string({ output: true }),
  },
};

export function remoteImageKind(engine: Engine): ResourceKind {
  return {
    check: (target, olds, news, seed) => checkInputs(spec, target, olds, news, seed),
    diff: (_target, _id, _inputs, outputs, news) => difference(spec, outputs, news),
    preview: (news, olds) => previewOutputs(spec, news, olds),
    async create(_target, news, say) {
      const name = word(news.name);
      const image = await findImage(await engine.docker(), name, text(news.platform), say);
      return { id: idOf(image, name), outputs: outputsOf(news, name, image) };
    },
    async update(_target, _id, _olds, news, say) {
      const name = word(news.name);
      return outputsOf(news, name, await findImage(await engine.docker(), name, text(news.platform), say));
    },
    async read(_target, id, inputs, outputs) {
      const name = text(outputs.name) ?? id.replace(/^sha256:[0-9a-f]{64}/, "");
      const image = await localImage(await engine.docker(), name);
      if (image === undefined) return undefined;
      return {
        outputs: outputsOf({ ...outputs, name }, name, image),
        inputs: Object.keys(inputs).length > 0 ? inputs : { __defaults: [], name },
      };
    },
    async delete(_target, _id, olds) {
      if (olds.keepLocally === true) return;
      const image = (await engine.docker()).getImage(word(olds.name));
      await image.remove({ force: olds.forceRemove === true }).catch((error: unknown) => {
        if (isNotFound(error)) return;
        throw new Error(`image ${word(olds.name)} could not be removed: ${says(error)}. Set keepLocally to leave images on the engine.`);
      });
    },
  };
}

/** The official plugin's id: digest and name in one. */
function idOf(image: FoundImage, name: string): string {
  return `${image.id}${name}`;
}

function outputsOf(news: Bag, name: string, image: FoundImage): Bag {
  return { ...withoutNotes(news), name, imageId: image.id, repoDigest: repoDigest(name, image) };
}

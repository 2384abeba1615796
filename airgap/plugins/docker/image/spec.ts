import { boolean, map, object, string, stringList, type ResourceSpec } from "../../bridge/spec";

const file = "airgap/plugins/docker/image/spec.ts";

/**
 * `docker.Image` is not bridged: the official plugin implements it itself, notes no defaults, never
 * replaces, and compares new inputs with the inputs kept in the state.
 */
export const imageSpec: ResourceSpec = {
  file,
  properties: {
    imageName: string({ required: true }),
    skipPush: boolean({ default: false }),
    buildOnPreview: boolean({ default: false }),
    registry: object({}, { refused: `is not implemented by the stand-in plugin, which builds but never pushes: use the official plugin, or add it in ${file}` }),
    build: object({
      context: string(),
      dockerfile: string(),
      args: map(),
      target: string(),
      platform: string(),
      network: string(),
      addHosts: stringList(),
      cacheFrom: object({ images: stringList() }),
      builderVersion: string({ pattern: /^(BuilderV1|BuilderBuildKit)$/ }),
    }),
    baseImageName: string({ output: true }),
    context: string({ output: true }),
    dockerfile: string({ output: true }),
    platform: string({ output: true }),
    registryServer: string({ output: true }),
    repoDigest: string({ output: true }),
  },
};

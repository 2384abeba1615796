import { checkInputs } from "../bridge/check";
import { difference, previewOutputs } from "../bridge/difference";
import { map, meta, object, setOf, string, type ResourceSpec } from "../bridge/spec";
import type { ResourceKind } from "../rpc/plugin";
import { stringMap, text, word, type Bag } from "../rpc/values";
import type { Engine } from "./engine";
import { isGone, isNotFound, says } from "./errors";
import { labelFields, labelMap, labelSet } from "./labels";
import { until } from "./wait";

const spec: ResourceSpec = {
  file: "airgap/plugins/docker/volume.ts",
  autoName: true,
  schemaVersion: 1,
  properties: {
    name: string({ computed: true, replaces: true }),
    labels: setOf(labelFields, { replaces: true }),
    driver: string({ computed: true, replaces: true }),
    driverOpts: map({ replaces: true }),
    cluster: object({}, { refused: "(Swarm volumes) is not implemented by the stand-in plugin: use the official one, or add it in airgap/plugins/docker/volume.ts" }),
    mountpoint: string({ output: true }),
  },
};

/** How long a volume's last container may take to go. */
const REMOVAL_SECONDS = 30;

export function volumeKind(engine: Engine): ResourceKind {
  const read = async (name: string): Promise<Bag> => {
    const info = await (await engine.docker()).getVolume(name).inspect();
    return {
      ...meta(spec),
      name: info.Name,
      labels: labelSet(info.Labels),
      driver: info.Driver,
      driverOpts: info.Options ?? {},
      mountpoint: info.Mountpoint,
    };
  };

  return {
    check: (target, olds, news, seed) => checkInputs(spec, target, olds, news, seed),
    diff: (_target, _id, _inputs, outputs, news) => difference(spec, outputs, news),
    preview: (news, olds) => previewOutputs(spec, news, olds),
    async create(_target, news) {
      const docker = await engine.docker();
      const name = word(news.name);
      await docker
        .createVolume({ Name: name, Driver: text(news.driver), DriverOpts: stringMap(news.driverOpts), Labels: labelMap(news.labels) })
        .catch((error: unknown) => {
          throw new Error(`volume ${name} could not be created: ${says(error)}`);
        });
      return { id: name, outputs: await read(name) };
    },
    // Everything replaces; an update only happens for what the state noted differently.
    update: (_target, id) => read(id),
    async read(_target, id, inputs) {
      try {
        const outputs = await read(id);
        return { outputs, inputs: Object.keys(inputs).length > 0 ? inputs : { __defaults: [], name: id } };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async delete(_target, id) {
      const docker = await engine.docker();
      await until(REMOVAL_SECONDS, async () => {
        try {
          await docker.getVolume(id).remove({ force: true });
          return true;
        } catch (error) {
          if (isGone(error)) return true;
          if (says(error).includes("volume is in use")) return false;
          throw error;
        }
      }).catch((error: unknown) => {
        throw new Error(`volume ${id} could not be removed: ${says(error)}`);
      });
    },
  };
}

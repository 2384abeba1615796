import type Docker from "dockerode";
import { checkInputs } from "../bridge/check";
import { difference, previewOutputs } from "../bridge/difference";
import { boolean, map, meta, setOf, string, type ResourceSpec } from "../bridge/spec";
import type { ResourceKind } from "../rpc/plugin";
import { bags, stringMap, text, word, type Bag } from "../rpc/values";
import type { Engine } from "./engine";
import { isGone, isNotFound, says } from "./errors";
import { labelFields, labelMap, labelSet } from "./labels";
import { until } from "./wait";

const spec: ResourceSpec = {
  file: "airgap/plugins/docker/network.ts",
  autoName: true,
  schemaVersion: 1,
  properties: {
    name: string({ replaces: true }),
    labels: setOf(labelFields, { replaces: true }),
    driver: string({ computed: true, replaces: true }),
    options: map({ computed: true, replaces: true }),
    internal: boolean({ computed: true, replaces: true }),
    attachable: boolean({ replaces: true }),
    ingress: boolean({ replaces: true }),
    ipv6: boolean({ replaces: true }),
    ipamDriver: string({ default: "default", replaces: true }),
    ipamOptions: map({ replaces: true }),
    ipamConfigs: setOf(
      { subnet: string(), ipRange: string(), gateway: string(), auxAddress: map() },
      { computed: true, replaces: true },
    ),
    scope: string({ output: true }),
  },
};

/** How long a network's last containers may take to let go of it. */
const REMOVAL_SECONDS = 30;

export function networkKind(engine: Engine): ResourceKind {
  const read = async (id: string): Promise<Bag> => outputsOf(await (await engine.docker()).getNetwork(id).inspect());

  return {
    check: (target, olds, news, seed) => checkInputs(spec, target, olds, news, seed),
    diff: (_target, _id, _inputs, outputs, news) => difference(spec, outputs, news),
    preview: (news, olds) => previewOutputs(spec, news, olds),
    async create(_target, news) {
      const docker = await engine.docker();
      const network = await docker.createNetwork(optionsOf(news)).catch((error: unknown) => {
        throw new Error(`network ${word(news.name)} could not be created: ${says(error)}`);
      });
      return { id: network.id, outputs: await read(network.id) };
    },
    // Everything replaces; an update only happens for what the state noted differently.
    update: (_target, id) => read(id),
    async read(_target, id, inputs) {
      try {
        const outputs = await read(id);
        return { outputs, inputs: Object.keys(inputs).length > 0 ? inputs : { __defaults: [], name: outputs.name ?? null } };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async delete(_target, id) {
      const network = (await engine.docker()).getNetwork(id);
      await until(REMOVAL_SECONDS, async () => {
        try {
          await network.remove();
          return true;
        } catch (error) {
          if (isGone(error)) return true;
          if (says(error).includes("has active endpoints")) return false;
          throw error;
        }
      }).catch(async (error: unknown) => {
        const members = await attached(network);
        throw new Error(`network ${id.slice(0, 12)} could not be removed: ${says(error)}${members === "" ? "" : `; still connected: ${members}`}`);
      });
    },
  };
}

function optionsOf(news: Bag): Docker.NetworkCreateOptions {
  const config = bags(news.ipamConfigs).map((item) => ({
    ...(text(item.subnet) && { Subnet: text(item.subnet) }),
    ...(text(item.ipRange) && { IPRange: text(item.ipRange) }),
    ...(text(item.gateway) && { Gateway: text(item.gateway) }),
    ...(stringMap(item.auxAddress) && { AuxAddress: stringMap(item.auxAddress) }),
  }));
  return {
    Name: word(news.name),
    // The name is generated, so a second network of that name is a mistake worth an error.
    CheckDuplicate: true,
    Driver: text(news.driver),
    Internal: news.internal === true,
    Attachable: news.attachable === true,
    Ingress: news.ingress === true,
    EnableIPv6: news.ipv6 === true,
    Labels: labelMap(news.labels),
    Options: stringMap(news.options),
    IPAM: { Driver: text(news.ipamDriver) ?? "default", Options: stringMap(news.ipamOptions), Config: config },
  };
}

function outputsOf(info: Docker.NetworkInspectInfo): Bag {
  return {
    ...meta(spec),
    name: info.Name,
    labels: labelSet(info.Labels),
    driver: info.Driver,
    internal: info.Internal,
    attachable: info.Attachable,
    ingress: info.Ingress,
    ipv6: info.EnableIPv6 ?? false,
    ipamDriver: info.IPAM?.Driver ?? "default",
    ipamOptions: (info.IPAM?.Options) ?? {},
    ipamConfigs: (info.IPAM?.Config ?? []).map((item) => ({
      ...(item.Subnet !== undefined && { subnet: item.Subnet }),
      ...(item["IPRange"] !== undefined && { ipRange: item["IPRange"] }),
      ...(item.Gateway !== undefined && { gateway: item.Gateway }),
    })),
    options: (info.Options) ?? {},
    scope: info.Scope,
  };
}

async function attached(network: Docker.Network): Promise<string> {
  const inspected: Promise<Docker.NetworkInspectInfo | undefined> = network.inspect();
  const info = await inspected.catch(() => undefined);
  return Object.values(info?.Containers ?? {})
    .map((container) => container.Name)
    .join(", ");
}

import { System } from "./components/system";
import { EdgeSite, type RoutedSystem } from "./components/edgeSite";
import { stackOutputs } from "./components/outputs";
import { parseConfig, readPulumiConfig } from "./config/load";
import { loadPlatform } from "./platforms";

/** The program, as a table of contents: config -> platform -> systems -> routes -> outputs. */
export = async () => {
  const stack = parseConfig(readPulumiConfig());
  const platform = await loadPlatform(stack);
  const edge = new EdgeSite("edge", { stack, platform });
  const systems = new Map(stack.systems.map((config) => [config, new System(config.spec.id, { stack, config, platform })]));
  edge.route(
    [...systems].flatMap(([config, { running }]): RoutedSystem[] => (running === undefined ? [] : [{ config, running }])),
  );
  return stackOutputs(stack, edge, systems);
};

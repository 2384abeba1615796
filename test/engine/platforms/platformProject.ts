import { join } from "node:path";
import Docker from "dockerode";
import { repository, type Project } from "../support";

export const engine = new Docker();
/** As `stackbook.stack` has it: no other stack's containers are ever found by it. */
export const stack = `platform-test-${process.pid}`;

/** A program around parts of the Docker platform; `platform`, `pulumi` and `wanted` are at hand. */
export function platformProgram(body: string): string {
  const from = (path: string): string => JSON.stringify(join(repository, path));
  return `
require(${from("test/register.cjs")});
const { parseConfig } = require(${from("config/parse")});
const { systems } = require(${from("systems")});
const { DockerPlatform } = require(${from("platforms/docker")});
const { DynamicProvider } = require(${from("components/dynamicProvider")});
const pulumi = require("@pulumi/pulumi");
const wanted = JSON.parse(require("node:fs").readFileSync("wanted.json", "utf8"));
const values = { "stackbook:environment": "dev", "stackbook:tags": JSON.stringify(wanted.tag === undefined ? {} : { test: wanted.tag }) };
const config = parseConfig({ project: "stackbook", stack: ${JSON.stringify(stack)}, values, secretKeys: new Set(), source: "test" });
const platform = new DockerPlatform(config, new DynamicProvider("tasks"));
${body}
`;
}

/** What the program reads as `wanted`. */
export function want(project: Project, wanted: object): Promise<void> {
  return project.write("wanted.json", JSON.stringify(wanted));
}

/** Everything on the engine that bears the stack's name. */
export async function onEngine(): Promise<string[]> {
  const filters = { label: [`stackbook.stack=${stack}`] };
  const [containers, networks, { Volumes }] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listVolumes({ filters }),
  ]);
  return [...containers.map(({ Names }) => Names[0] ?? ""), ...networks.map(({ Name }) => Name), ...Volumes.map(({ Name }) => Name)];
}

import type { Recorded } from "./record";
import { textAsCode } from "./reference";

const engine = "pulumi:providers:docker";
const tasks = "pulumi:providers:pulumi-nodejs";

/** Constructor of each type, and the explicit provider it takes. */
const constructors: Readonly<Record<string, { readonly call: string; readonly provider?: string }>> = {
  [engine]: { call: "docker.Provider" },
  [tasks]: { call: "DynamicProvider" },
  "docker:index/container:Container": { call: "docker.Container", provider: engine },
  "docker:index/network:Network": { call: "docker.Network", provider: engine },
  "docker:index/volume:Volume": { call: "docker.Volume", provider: engine },
  "docker:index/remoteImage:RemoteImage": { call: "docker.RemoteImage", provider: engine },
  "docker:index/image:Image": { call: "docker.Image", provider: engine },
  "random:index/randomPassword:RandomPassword": { call: "random.RandomPassword" },
  "pulumi-nodejs:dynamic/stackbook:Task": { call: "Task", provider: tasks },
  "pulumi-nodejs:dynamic/stackbook:HealthGate": { call: "HealthGate", provider: tasks },
  "pulumi-nodejs:dynamic/stackbook:Attachment": { call: "Attachment", provider: tasks },
  "pulumi-nodejs:dynamic/stackbook:SelfSignedCertificate": { call: "SelfSignedCertificate", provider: tasks },
};

/** Types of resource of our own: a flat program has to have them from somewhere as well. */
const own = {
  Attachment: "platforms/docker/tasks/attachment",
  DynamicProvider: "components/dynamicProvider",
  HealthGate: "platforms/docker/tasks/healthGate",
  SelfSignedCertificate: "components/edge/certificate",
  Task: "platforms/docker/tasks/task",
};

/** The same resources as one file without a component, a loop or a configuration. */
export function renderFlat(resources: readonly Recorded[], repository: string): string {
  const nameOf = (index: number): string => `r${index}`;
  return [
    // Not what is compared: without it, it would be the flat program that pays for traces.
    `import ${JSON.stringify(`${repository}/runtime/stacks`)};`,
    `import * as docker from "@pulumi/docker";`,
    `import * as pulumi from "@pulumi/pulumi";`,
    `import * as random from "@pulumi/random";`,
    ...Object.entries(own).map(([name, file]) => `import { ${name} } from ${JSON.stringify(`${repository}/${file}`)};`),
    "",
    ...resources.map(({ type, name, inputs }, index) => {
      const made = constructors[type];
      if (made === undefined) throw new Error(`${type} is new: its constructor is missing in bench/flat/render.ts`);
      const provider = resources.findIndex((other) => other.type === made.provider);
      // A provider's inputs arrive as texts of JSON.
      const given = type === engine ? Object.fromEntries(Object.entries(inputs).map(([key, text]) => [key, key === "host" ? text : (JSON.parse(String(text)) as unknown)])) : inputs;
      const options = provider < 0 ? "" : `, { provider: ${nameOf(provider)} }`;
      return `const ${nameOf(index)} = new ${made.call}(${JSON.stringify(name)}, ${asCode(given, nameOf)}${options});`;
    }),
    "",
  ].join("\n");
}

/** How Pulumi marks a secret on its way. What it is made of is a secret output again in the flat program. */
const secretMark = { key: "4dabf18193072939515e22adb298388d", value: "1b47061264138c4ac30d75fd1eb44270" };

function asCode(value: unknown, nameOf: (index: number) => string): string {
  if (typeof value === "string") return textAsCode(value, nameOf);
  if (Array.isArray(value)) return `[${value.map((one) => asCode(one, nameOf)).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields[secretMark.key] === secretMark.value) return asCode(fields["value"], nameOf);
  const entries = Object.entries(fields).filter(([key, inner]) => inner !== undefined && key !== "__provider");
  return `{ ${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${asCode(inner, nameOf)}`).join(", ")} }`;
}

import * as pulumi from "@pulumi/pulumi";
import { reference } from "./reference";

/** One resource as the program asked for it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What other resources' inputs are made of, by type of resource. */
const outputs: Readonly<Record<string, readonly string[]>> = {
  "docker:index/container:Container": ["name"],
  "docker:index/network:Network": ["name"],
  "docker:index/volume:Volume": ["name"],
  "docker:index/remoteImage:RemoteImage": ["imageId"],
  "docker:index/image:Image": ["imageName"],
  "random:index/randomPassword:RandomPassword": ["result"],
  "pulumi-nodejs:dynamic/stackbook:SelfSignedCertificate": ["caCertificatePem", "certificatePem", "privateKeyPem"],
};

/**
 * Runs the program itself on mocks and writes down its resources in the order in which they were asked for.
 * Each output is a word that names its resource, so that it is found again in the inputs made of it.
 */
export async function record(systems: readonly string[], edge: object): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const config = {
    "stackbook:environment": "dev",
    "stackbook:protectData": "false",
    "stackbook:edge": JSON.stringify(edge),
    "stackbook:monitoring": JSON.stringify({ enabled: false }),
    "stackbook:backups": JSON.stringify({ enabled: false }),
    "stackbook:demo": JSON.stringify({ seed: true, traffic: false }),
    "stackbook:systems": JSON.stringify(Object.fromEntries(systems.map((id) => [id, { version: "1.0.0" }]))),
  };
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        const given = inputs as Record<string, unknown>;
        if (type.startsWith("stackbook:")) return { id: undefined, state: given };
        const at = recorded.push({ type, name, inputs: given }) - 1;
        const made = Object.fromEntries((outputs[type] ?? []).map((property) => [property, reference(at, property)]));
        return { id: reference(at, "id"), state: { ...given, ...made } };
      },
      call({ token }) {
        throw new Error(`the program calls ${token}, which a flat program has no value for`);
      },
    },
    "stackbook",
    "bench",
    true,
  );
  pulumi.runtime.setAllConfig(config);
  // The program exports a function by `export =`, which has no `default` in its types but has one when imported.
  const program = (await import("../../index")) as unknown as { default: () => Promise<unknown> };
  await program.default();
  await pulumi.runtime.disconnect();
  return recorded;
}

import * as pulumi from "@pulumi/pulumi";
import { awsOutputs } from "./awsMocks";

/** One resource as the program asked for it. */
export interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export const recorded: Recorded[] = [];

/** What each resource's provider would add; a type that isn't listed is a mistake in the program or here. */
const outputs: Readonly<Record<string, (name: string, inputs: Record<string, unknown>) => Record<string, unknown>>> = {
  "docker:index/container:Container": (name) => ({ name: `${name}-1a2b3c4` }),
  "docker:index/network:Network": (name) => ({ name: `${name}-1a2b3c4` }),
  "docker:index/volume:Volume": (name) => ({ name: `${name}-1a2b3c4` }),
  "docker:index/remoteImage:RemoteImage": () => ({ imageId: `sha256:${"1".repeat(64)}` }),
  "docker:index/image:Image": (_name, inputs) => ({ imageName: inputs["imageName"] }),
  ...Object.fromEntries(
    [
      "core/v1:Namespace", "core/v1:Secret", "core/v1:ConfigMap", "core/v1:ServiceAccount", "core/v1:Service", "core/v1:PersistentVolumeClaim", "apps/v1:Deployment", "apps/v1:StatefulSet",
      "networking.k8s.io/v1:NetworkPolicy", "policy/v1:PodDisruptionBudget", "autoscaling/v2:HorizontalPodAutoscaler",
    ].map((kind) => [`kubernetes:${kind}`, () => ({})]),
  ),
  "pulumi:providers:kubernetes": () => ({}),
  ...awsOutputs,
  "pulumi-nodejs:dynamic/stackbook:Job": () => ({ result: "2026-01-01T00:00:00.000Z", answer: "" }),
  "pulumi:providers:docker": () => ({}),
  "pulumi:providers:pulumi-nodejs": () => ({}),
  "random:index/randomPassword:RandomPassword": (name, inputs) => ({ result: `${name}-`.padEnd(Number(inputs["length"]), "x") }),
  "pulumi-nodejs:dynamic/stackbook:Task": () => ({ result: "2026-01-01T00:00:00.000Z", answer: `{"backup":"motel/daily/2026-01-01T020000Z"}` }),
  "pulumi-nodejs:dynamic/stackbook:ConfigFiles": () => ({ result: "2026-01-01T00:00:00.000Z" }),
  "pulumi-nodejs:dynamic/stackbook:HealthGate": () => ({}),
  "pulumi-nodejs:dynamic/stackbook:SequenceGuard": () => ({}),
  "pulumi-nodejs:dynamic/stackbook:Ledger": (_name, inputs) => ({ current: { ...(inputs["facts"] as object), number: 1, at: "2026-01-01T00:00:00.000Z" }, earlier: [] }),
  "pulumi-nodejs:dynamic/stackbook:Attachment": () => ({}),
  "pulumi-nodejs:dynamic/stackbook:Power": () => ({}),
  "pulumi-nodejs:dynamic/stackbook:RotationGuard": () => ({}),
  "pulumi-nodejs:dynamic/stackbook:StopOlder": () => ({}),
  "pulumi-nodejs:dynamic/stackbook:SelfSignedCertificate": () => ({ caCertificatePem: "CA", certificatePem: "CERT", privateKeyPem: "KEY" }),
};

export async function installMocks(stack: string): Promise<void> {
  recorded.length = 0;
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        if (args.type.startsWith("stackbook:")) return { id: undefined, state: args.inputs as Record<string, unknown> };
        const make = outputs[args.type];
        if (make === undefined) throw new Error(`the mocks don't know ${args.type}`);
        const inputs = args.inputs as Record<string, unknown>;
        recorded.push({ urn: args.name, type: args.type, name: args.name, inputs });
        return { id: `${args.name}-id`, state: { ...inputs, ...make(args.name, inputs) } };
      },
      call(args) {
        throw new Error(`the mocks don't know the call ${args.token}`);
      },
    },
    "stackbook",
    stack,
    false,
  );
}

/** A secret as it goes over the wire: wrapped, and marked by the engine's own key. */
export function isSecret(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && (value as Record<string, unknown>)["4dabf18193072939515e22adb298388d"] === "1b47061264138c4ac30d75fd1eb44270";
}

/** What an output holds; rejects when it, or anything it waits for, fails. */
export function valueOf<T>(output: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    process.once("unhandledRejection", reject);
    pulumi.output(output).apply((value) => {
      process.removeListener("unhandledRejection", reject);
      resolve(value as T);
    });
  });
}

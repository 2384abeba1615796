import assert from "node:assert/strict";
import { isSecret, recorded, type Recorded } from "../../program/mocks";

const digest = `sha256:${"a".repeat(64)}`;
export const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
export const ids = ["mps", "fetms", "memo", "motel", "sms"] as const;

export function system(id: string, more: object = {}, version = "1.0.0"): object {
  return { version, services: Object.fromEntries(["backend", "frontend"].map((service) => [service, { image: `${registry}/${id}/${service}:${version}@${digest}` }])), ...more };
}

export function stackFile(systems: Readonly<Record<string, object>>, aws: object = {}, more: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  return {
    "stackbook:platform": "aws",
    "stackbook:domain": "example.org",
    "stackbook:aws": JSON.stringify({ region: "eu-central-1", hostedZone: "Z0123456789ABCDEFGHIJ", mirror: `${registry}/docker-hub`, ...aws }),
    "stackbook:tags": JSON.stringify({ team: "web" }),
    "stackbook:monitoring": JSON.stringify({ enabled: false }),
    "stackbook:backups": JSON.stringify({ enabled: false }),
    "stackbook:systems": JSON.stringify(systems),
    ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`stackbook:${key}`, JSON.stringify(value)])),
  };
}

export const everySystem = stackFile(Object.fromEntries(ids.map((id) => [id, system(id, id === "fetms" ? { redis: true } : {})])));

/** Of one type: `ecs/service:Service`. */
export const ofType = (type: string): Recorded[] => recorded.filter((each) => each.type === `aws:${type}`);

export function resource(type: string, name: string): Recorded {
  const found = ofType(type).find((each) => each.name === name);
  assert.ok(found, `${type} ${name} is missing among ${ofType(type).map((each) => each.name).join(", ")}`);
  return found;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly user: string;
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  readonly readonlyRootFilesystem: boolean;
  readonly cpu: number;
  readonly memory: number;
  readonly linuxParameters: { readonly capabilities: { readonly drop: readonly string[] }; readonly tmpfs: readonly { readonly containerPath: string }[] };
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly healthCheck?: { readonly command: readonly string[] };
  readonly mountPoints: readonly { readonly containerPath: string; readonly readOnly: boolean }[];
  readonly logConfiguration: { readonly options: Readonly<Record<string, string>> };
}

export function container({ inputs }: Recorded): Container {
  const [only] = JSON.parse(String(inputs["containerDefinitions"])) as Container[];
  return only ?? assert.fail("no container");
}

/** What a secret holds; it must be marked as one. */
export function hidden(name: string): Readonly<Record<string, string>> {
  const text = resource("secretsmanager/secretVersion:SecretVersion", name).inputs["secretString"];
  assert.ok(isSecret(text), `${name} is no secret`);
  return JSON.parse(String(text.value)) as Record<string, string>;
}

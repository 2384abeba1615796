import assert from "node:assert/strict";
import { isSecret, recorded, type Recorded } from "../../program/mocks";

const digest = `sha256:${"a".repeat(64)}`;
export const imageOf = (system: string, service: string, version: string): string => `registry.example.org/${system}/${service}:${version}@${digest}`;

export const ids = ["mps", "fetms", "memo", "motel", "sms"] as const;

interface Wish {
  readonly version?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A system whose images a cluster can pull. */
export function system(id: string, { more = {}, version = "1.0.0" }: Wish = {}): object {
  const services = Object.fromEntries(["backend", "frontend"].map((service) => [service, { image: imageOf(id, service, version) }]));
  return { version, services, ...more };
}

/** A dev stack on Kubernetes. */
export function stackFile(systems: Readonly<Record<string, object>>, more: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  return {
    "stackbook:platform": "kubernetes",
    "stackbook:monitoring": JSON.stringify({ enabled: false }),
    "stackbook:backups": JSON.stringify({ enabled: false }),
    "stackbook:systems": JSON.stringify(systems),
    ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`stackbook:${key}`, typeof value === "string" ? value : JSON.stringify(value)])),
  };
}

export const everySystem = stackFile(Object.fromEntries(ids.map((id) => [id, system(id, id === "fetms" ? { more: { redis: true } } : {})])));

export interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function meta({ inputs }: Recorded): Meta {
  // Every object of the platform has these.
  return inputs["metadata"] as Meta;
}

/** Of one kind: `Deployment`. */
export function ofKind(kind: string): Recorded[] {
  return recorded.filter(({ type }) => type.startsWith("kubernetes:") && type.endsWith(`:${kind}`));
}

export function object(kind: string, name: string): Recorded {
  const found = ofKind(kind).find((each) => each.name === name);
  assert.ok(found, `${kind} ${name} is missing among ${ofKind(kind).map((each) => each.name).join(", ")}`);
  return found;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly object[];
  readonly envFrom?: readonly { readonly secretRef: { readonly name: string } }[];
  readonly ports?: readonly { readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: { readonly requests: Readonly<Record<string, string>>; readonly limits: Readonly<Record<string, string>> };
  readonly startupProbe?: object;
  readonly readinessProbe?: { readonly httpGet?: { readonly path: string; readonly port: number | string } };
  readonly livenessProbe?: { readonly httpGet?: { readonly path: string } };
}

export interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly serviceAccountName: string;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly [Container];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  readonly affinity?: unknown;
  readonly topologySpreadConstraints?: unknown;
}

export interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

/** Of a Deployment or StatefulSet. */
export function template({ inputs }: Recorded): Template {
  return (inputs["spec"] as { readonly template: Template }).template;
}

export function specOf<T>({ inputs }: Recorded): T {
  return inputs["spec"] as T;
}

/** What a Secret holds; it must be one. */
export function hidden({ inputs, name }: Recorded): Readonly<Record<string, string>> {
  const data = inputs["stringData"];
  assert.ok(isSecret(data), `${name} is no secret`);
  return data.value as Record<string, string>;
}

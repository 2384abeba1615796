import { kubernetesKind, type Resource } from "../rule";
import { containersOf } from "./container";
import { namesSecret } from "./secretNames";
import { pairsAt, parsed, textAt, isMap } from "./values";

/** A secret's value as it arrives: the engine unwraps secrets for policies. */
export interface SecretValue {
  /** `JWT_SECRET`, with where it is. */
  readonly name: string;
  readonly value: string;
}

/** Passwords of a resource's own, by type. */
const passwords: Readonly<Record<string, readonly string[] | undefined>> = {
  "aws:rds/instance:Instance": ["password"], "aws:rds/cluster:Cluster": ["masterPassword"], "aws:docdb/cluster:Cluster": ["masterPassword"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["authToken"], "aws:elasticache/user:User": ["passwords"],
};

/** Every secret whose value can be seen. */
export function secretValues(resource: Resource): readonly SecretValue[] {
  const { type, props } = resource;
  const variables = containersOf(resource).flatMap(({ at, env }) => env.flatMap(({ fromSecret, name, value }) => (!fromSecret && typeof value === "string" ? [{ name: `${at}${name}`, value }] : [])));
  const kept = kubernetesKind(type) === "Secret"
    ? [...pairsAt(props, "stringData"), ...pairsAt(props, "data").map(([name, text]) => [name, Buffer.from(text, "base64").toString("utf8")] as const)]
    : type === "aws:secretsmanager/secretVersion:SecretVersion" ? secretVersion(props["secretString"]) : [];
  const own = (passwords[type] ?? []).flatMap((name) => {
    const value = textAt(props, name);
    return typeof value === "string" ? [{ name, value }] : [];
  });
  return [...variables, ...kept.map(([name, value]) => ({ name, value })), ...own].filter(({ name }) => namesSecret(name));
}

/** One value, or a JSON object of many. */
function secretVersion(text: unknown): (readonly [string, string])[] {
  const object = parsed(text);
  if (isMap(object)) return Object.entries(object).flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : []));
  return typeof text === "string" ? [["secret", text]] : [];
}

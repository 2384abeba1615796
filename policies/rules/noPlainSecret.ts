import { dockerImage, kubernetesKind, type Resource, type Rule } from "../rule";
import { containersOf } from "../view/container";
import { dockerLabels } from "../view/docker";
import { isReference, namesSecret } from "../view/secretNames";
import { at, pairsAt } from "../view/values";

/** A container's own environment is the place for secrets on Docker, which has no other; elsewhere the platform keeps them. */
export const noPlainSecret: Rule = {
  name: "no-plain-secret",
  description: "No secret in a command line, label, tag, annotation, ConfigMap, build argument or plain variable.",
  why: "Whoever may list containers, tags or images reads it there, and it stays in their history.",
  source: "X3",
  check(resource) {
    return [...words(resource), ...platformVariables(resource), ...marks(resource), ...plainStores(resource)];
  },
};

/** `--password=$NAME` is fine: the shell in the container fills it in. */
const inWords = /(?:^|[\s'"-])(?:[a-z_-]*(?:password|passwd|secret|token|api[_-]?key)|requirepass)[= ]+['"]?(?!\$|%|<|--|\/)([^\s$'"%]{4,})/i;

function words(resource: Resource): string[] {
  return containersOf(resource).flatMap(({ at: place, words: own }) =>
    // A script is text with the words of its own language: only a command's words are looked at.
    own.some((word, index) => !word.includes("\n") && inWords.test(index > 0 && /^--?[a-z-]*(password|secret|token)$/i.test(own[index - 1] ?? "") ? `${own[index - 1] ?? ""} ${word}` : word))
      ? [`${place}the command line holds a secret; give it by environment, from the stack's secrets`]
      : []);
}

function platformVariables(resource: Resource): string[] {
  return containersOf(resource).filter(({ platform }) => platform === "kubernetes" || platform === "ecs").flatMap(({ at: place, env, platform }) =>
    env.filter(({ fromSecret, name, value }) => !fromSecret && namesSecret(name) && typeof value === "string" && !isReference(value)).map(({ name }) =>
      `${place}variable ${name} is plain; ${platform === "kubernetes" ? "use valueFrom.secretKeyRef" : "move it from environment to secrets, valueFrom a Secrets Manager or SSM parameter"}`));
}

function marks({ type, props }: Resource): string[] {
  const places: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ["label", type.startsWith("docker:") ? Object.entries(dockerLabels(props)) : []],
    ["label", pairsAt(props, "metadata", "labels")], ["annotation", pairsAt(props, "metadata", "annotations")],
    ["label", pairsAt(props, "spec", "template", "metadata", "labels")], ["annotation", pairsAt(props, "spec", "template", "metadata", "annotations")],
    ["tag", pairsAt(props, "tags")],
  ];
  return places.flatMap(([kind, pairs]) => pairs.filter(([name, value]) => namesSecret(name) && !isReference(value)).map(([name]) => `${kind} ${name} looks like a secret; remove it, and keep the value in the stack's secrets`));
}

function plainStores({ type, props }: Resource): string[] {
  const found = (what: string, pairs: readonly (readonly [string, string])[], write: string): string[] =>
    pairs.filter(([name, value]) => namesSecret(name) && !isReference(value)).map(([name]) => `${what} ${name} holds a secret; ${write}`);
  if (kubernetesKind(type) === "ConfigMap") return found("data", pairsAt(props, "data"), "use a Secret");
  if (type === dockerImage) return found("build argument", pairsAt(props, "build", "args"), "mount it as a build secret, or give it when the container runs: arguments stay in the image's history");
  if (type === "aws:lambda/function:Function") return found("variable", pairsAt(props, "environment", "variables"), "read it from Secrets Manager");
  if (type === "aws:ssm/parameter:Parameter" && at(props, "type") !== "SecureString" && namesSecret(String(at(props, "name")))) return [`parameter ${String(at(props, "name"))} is a plain ${String(at(props, "type"))}; use type "SecureString"`];
  return [];
}

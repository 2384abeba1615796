import type { Found, StateRule } from "../rule";
import { isReference, namesSecret } from "../view/secretNames";

/** Shorter ones are met by chance. */
const leastLetters = 12;

export const secretMarked: StateRule = {
  name: "secret-marked",
  description: "What is a secret is encrypted in the stack's state, wherever it appears.",
  why: "A state is copied: to a backend, into backups, to whoever looks at an output.",
  source: "X3",
  checkState({ resources }) {
    const known = new Map(resources.flatMap(({ name, secrets }) => secrets.filter((secret) => secret.length >= leastLetters).map((secret) => [secret, name] as const)));
    return resources.flatMap((resource) => resource.inTheClear.flatMap(({ path, value }): Found[] => {
      const owner = [...known].find(([secret]) => value.includes(secret))?.[1];
      if (owner !== undefined) return [{ resource: resource.name, problem: `${path} has a secret of ${owner} in the clear; wrap it by pulumi.secret, and rotate it` }];
      return isNamedSo(path, value) ? [{ resource: resource.name, problem: `${path} is in the clear; wrap it by pulumi.secret, or name it in additionalSecretOutputs, and rotate it` }] : [];
    }));
  },
};

function isNamedSo(path: string, value: string): boolean {
  const last = path.split(/[.[\]]/).filter((step) => step !== "" && !/^\d+$/.test(step)).at(-1) ?? "";
  // Names of secrets, of their files, and numbers of characters are none; nor is the code of a dynamic provider.
  return namesSecret(last) && value.length >= leastLetters && !isReference(value) && !/\s/.test(value);
}

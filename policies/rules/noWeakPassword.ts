import { randomPassword, type Rule } from "../rule";
import { isJwt, isReference } from "../view/secretNames";
import { secretValues } from "../view/secretValues";

/** Short of that, a stolen hash is found by trying. */
const leastLetters = 12;
const leastGenerated = 16;

/** What images, tutorials and people in a hurry use. */
const known = /^(|admin|administrator|root|toor|user|guest|test(ing)?|demo|pass(word|w0rd)?|secret|default|change[-_ ]?me|letmein|welcome|qwerty|postgres(ql)?|mongo(db)?|redis|mysql|grafana|prom-operator|minio(admin)?|stackbook|mps|fetms|memo|motel|sms)[!0-9]*$/i;

export const noWeakPassword: Rule = {
  name: "no-weak-password",
  description: "No default, empty, short or guessable password.",
  why: "Defaults are what is tried first, by machines, within minutes.",
  source: "X3",
  check(resource) {
    const { props, type } = resource;
    if (type === randomPassword) return typeof props["length"] === "number" && props["length"] < leastGenerated ? [`it has ${props["length"]} characters; set length to at least ${leastGenerated}`] : [];
    return secretValues(resource).filter(({ name, value }) => (value === "" || !isReference(value)) && !isJwt(name)).flatMap(({ name, value }) => {
      if (known.test(value)) return [`${name} is a default or empty value; let the stack generate it`];
      if (new Set(value).size < 5) return [`${name} repeats the same few characters; let the stack generate it`];
      return value.length < leastLetters ? [`${name} has ${value.length} characters; use at least ${leastLetters}, or let the stack generate it`] : [];
    });
  },
};

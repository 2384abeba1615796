import { randomPassword, type Rule } from "../rule";
import { isJwt } from "../view/secretNames";
import { secretValues } from "../view/secretValues";

/** motel.md, sms.md: "JWT_SECRET (min. 64 characters)". */
const least = 64;

export const jwtLength: Rule = {
  name: "jwt-length",
  description: "A key that signs JWTs has at least 64 characters.",
  why: "Whoever has one token can try short keys offline, and then sign tokens for everybody.",
  source: "X3, motel.md",
  check(resource) {
    const { name, props, type } = resource;
    const generated = type === randomPassword && /jwt/i.test(name) && typeof props["length"] === "number" && props["length"] < least ? [`it has ${props["length"]} characters; set length to at least ${least}`] : [];
    return [...generated, ...secretValues(resource).filter((secret) => isJwt(secret.name) && secret.value.length < least).map((secret) => `${secret.name} has ${secret.value.length} characters; use at least ${least}, or let the stack generate it`)];
  },
};

/**
 * What set-up has to know about the systems before there is anything that could read systems/*.ts.
 * A test holds it equal to the catalogue.
 */
export const systemImages = {
  mps: ["mongodb", "redis"],
  fetms: ["mongodb", "web"],
  memo: ["postgres", "redis"],
  motel: ["postgres", "redis"],
  sms: ["postgres"],
};

export const systemIds = Object.keys(systemImages);

/** What runs when nothing is asked for. */
export const defaultSystems = ["motel"];
export const firstVersion = "1.0.0";

/** The edge, and the base of the reference app. */
const always = ["haproxy", "node"];

/** @param {readonly string[]} systems @param {{ acme?: boolean, redisFor?: readonly string[] }} [also] */
export function imagesFor(systems, { acme = false, redisFor = [] } = {}) {
  const names = new Set(always);
  for (const id of systems) for (const name of systemImages[id] ?? []) names.add(name);
  if (systems.some((id) => redisFor.includes(id))) names.add("redis");
  if (acme) names.add("lego");
  return [...names].sort();
}

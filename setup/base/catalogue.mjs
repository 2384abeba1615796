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

/** Of the monitoring: what every stack has, and what a store brings with it. */
const watching = ["prometheus", "alertmanager", "nodeExporter", "blackboxExporter", "mtail", "cadvisor"];
const exporters = { postgres: "postgresExporter", mongodb: "mongodbExporter", redis: "redisExporter" };

/** What `--with` adds: images that take too long to build for everyone. */
export const extras = { logs: ["collector", "loki"] };

/** @param {readonly string[]} systems @param {{ acme?: boolean, redisFor?: readonly string[], watched?: boolean, backedUp?: boolean }} [also] */
export function imagesFor(systems, { acme = false, redisFor = [], watched = true, backedUp = true } = {}) {
  const names = new Set(always);
  for (const id of systems) for (const name of systemImages[id] ?? []) names.add(name);
  if (systems.some((id) => redisFor.includes(id))) names.add("redis");
  if (acme) names.add("lego");
  if (watched) {
    for (const [store, exporter] of Object.entries(exporters)) if (names.has(store)) names.add(exporter);
    for (const name of watching) names.add(name);
  }
  // The backup agent's image takes its tools from there, whatever the system has.
  if (backedUp) names.add("redis");
  return [...names].sort();
}

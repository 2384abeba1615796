import { hostPackages as packagesOf } from "../../updates/host";
import { compareImage } from "../../updates/images";
import { imageReferences } from "../../updates/references";
import type { Finding } from "../types";
import { unknown, type Check } from "./finding";

/** Newer images of what runs, and newer packages of the host. */

export const imageUpdates: Check = async (looking, system) => {
  const running = (await looking.containers(system)).filter(({ state }) => state === "running");
  const references = await imageReferences(looking.stack, running);
  if (references.length === 0) return unknown("none of its containers runs", looking.command("status"));
  const found = await Promise.all(references.map((reference) => looking.once(`image ${reference}`, () => compareImage(looking.engine, reference))));
  const newer = found.flatMap((each) => (each.newer === true ? [each.reference] : []));
  const blind = found.flatMap((each) => (each.newer === undefined ? [`${each.reference}: ${each.why}`] : []));
  if (newer.length > 0) return { verdict: "look", says: `newer: ${newer.join(", ")}`, details: [...newer.map((reference) => `${reference} has a newer image`), ...blind], figures: [{ name: "newer images", value: newer.length, unit: "count", worse: "up" }] };
  if (blind.length > 0) return { verdict: "unknown", says: `${blind.length} of ${references.length} images can't be compared: ${blind[0] ?? ""}`, details: blind };
  return { verdict: "good", says: `${references.length} images are the newest of their tags`, figures: [{ name: "newer images", value: 0, unit: "count", worse: "up" }] };
};

export const hostPackages: Check = (looking) =>
  looking.once("host packages", async (): Promise<Finding> => {
    const packages = await packagesOf(looking.stack.dockerHost);
    const names = packages.map(({ name }) => name);
    const security = packages.filter((each) => each.security).length;
    return {
      verdict: security > 0 ? "bad" : packages.length > 0 ? "look" : "good",
      says: packages.length === 0 ? "no package has a newer version" : `${packages.length} packages have newer versions, ${security} of them for security: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", ..." : ""}`,
      details: names.slice(0, 50), figures: [{ name: "packages", value: packages.length, unit: "count", worse: "up" }, { name: "for security", value: security, unit: "count", worse: "up", limit: 0 }],
      ...(packages.length > 0 ? { run: ["apt-get upgrade, on the host, in a maintenance window"] } : {}),
    };
  });

import { statfsSync } from "node:fs";
import { Problem } from "../base/problem.mjs";
import { isLocal } from "./address.mjs";

const gib = 1024 ** 3;
/** An update pulls or builds about this much, and a database that finds its disk full stops. */
const leastGiB = 2;
const mostUsedPercent = 95;

/**
 * Throws when the engine's disk is nearly full; hands back a warning when it will soon be.
 * @param {import("./api.mjs").Engine} engine
 */
export async function checkDisk(engine, { stat = statfsSync } = {}) {
  if (!isLocal(engine.address)) return undefined;
  const { DockerRootDir: folder } = await engine.ask("GET", "/info");
  let figures;
  try {
    figures = stat(folder);
  } catch {
    // Docker Desktop's engine lives in a machine of its own; its folder is not on this disk.
    return undefined;
  }
  return judgeDisk({ folder, freeBytes: figures.bavail * figures.bsize, totalBytes: figures.blocks * figures.bsize });
}

/** @param {{ folder: string, freeBytes: number, totalBytes: number }} disk */
export function judgeDisk({ folder, freeBytes, totalBytes }) {
  const freeGiB = freeBytes / gib;
  const usedPercent = totalBytes === 0 ? 0 : 100 * (1 - freeBytes / totalBytes);
  if (freeGiB < leastGiB) {
    throw new Problem(`the disk that holds ${folder} (the engine's data) is nearly full: ${freeGiB.toFixed(1)} GiB free, ${leastGiB} GiB are needed`, [
      "See what Docker keeps:             docker system df",
      "Remove stopped builds' leftovers:  docker builder prune",
      "Remove images nobody uses:         docker image prune --all",
      "Leave `docker volume prune` alone: a stopped stack's data lies in volumes.",
    ]);
  }
  if (usedPercent <= mostUsedPercent) return undefined;
  return `the disk that holds ${folder} is ${usedPercent.toFixed(0)} % used (${freeGiB.toFixed(1)} GiB free); \`docker image prune --all\` removes images nobody uses`;
}

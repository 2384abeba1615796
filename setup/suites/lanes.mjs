import { dirname } from "node:path";
import { isSlow } from "./suites.mjs";

/**
 * Files that run in one process, one after the other: each alone but those of a folder in `together`, which share what
 * is made once, as a folder's slow ones do. What is in `first` begins first: the longest must not begin last.
 * @param {readonly string[]} files @param {{ together?: readonly string[], first?: readonly string[] }} options
 * @returns {string[][]}
 */
export function groupsOf(files, { together = [], first = [] } = {}) {
  const groups = new Map();
  for (const file of files) {
    const folder = dirname(file);
    const key = isSlow(file) ? `${folder}, slow` : together.includes(folder) ? folder : file;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const rank = (group) => {
    const at = first.findIndex((file) => group.includes(file));
    return at < 0 ? first.length : at;
  };
  return [...groups.values()].sort((one, other) => rank(one) - rank(other));
}

/**
 * Works on all items, so many at a time, each begun as soon as there is room. An error ends no other item's work.
 * @template T, R @param {readonly T[]} items @param {number} lanes @param {(item: T) => Promise<R>} work @returns {Promise<R[]>} in the items' order
 */
export async function inLanes(items, lanes, work) {
  const results = new Array(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const at = next;
      next += 1;
      results[at] = await work(items[at]);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(lanes, items.length) }, lane));
  const failed = ended.find(({ status }) => status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return results;
}

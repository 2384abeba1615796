import type { EdgeServer, EdgeService, EdgeSystem } from "./model";
import { isSystem } from "./names";

/**
 * Two versions of a system side by side. A page, its scripts and what they ask must come from one version, so it is
 * visitors who are shared out, not requests: each draws a number once and keeps it in a cookie, and numbers below the
 * share of slot b are b's. A larger share moves visitors one way only. Who keeps no cookies draws for each request.
 *
 * Weights alone would not do: the balancer looks at them only when servers are busy (seen: weights 90 and 10, and half
 * of the requests for each).
 */

export type Slot = "a" | "b";
export type SlotShares = Readonly<Record<Slot, number>>;

/** Holds a visitor's number, 0-99. */
export const shareCookie = "stackbook_share";

const slots: readonly Slot[] = ["a", "b"];
const maxWeight = 256;

/** The part of a server's name before its number: "a" of "a-0". */
export const slotOf = (server: Pick<EdgeServer, "name">): string => server.name.split("-")[0] ?? "";

/**
 * Weights of one server in each slot, with which a slot's servers together get its share, however many they are. They
 * decide when a visitor's own slot has no server that answers; a slot without a share is 0, and gets nothing new.
 */
export function slotWeights(shares: SlotShares, servers: Readonly<Record<Slot, number>>): Readonly<Record<Slot, number>> {
  // Of each slot's servers one, times what both have in common.
  const a = shares.a * Math.max(1, servers.b);
  const b = shares.b * Math.max(1, servers.a);
  const shared = divisor(a, b);
  const scale = Math.max(a, b) / shared <= maxWeight ? 1 / shared : maxWeight / Math.max(a, b);
  const weight = (value: number): number => (value === 0 ? 0 : Math.max(1, Math.round(value * scale)));
  return { a: weight(a), b: weight(b) };
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

const isSplit = ({ shares }: EdgeSystem): boolean => shares !== undefined && shares.a > 0 && shares.b > 0;

/** In the frontend, for requests that are to be passed on: which slot's turn it is. */
export function chooseSlots(systems: readonly EdgeSystem[], sameSite: (system: EdgeSystem) => string): string[] {
  const split = systems.filter(isSplit);
  return [
    ...(split.length === 0 ? [] : [`    http-request set-var(txn.share) req.cook(${shareCookie}),add(0) if { req.cook(${shareCookie}) -m reg ^[0-9]{1,2}$ }`]),
    ...split.map((system) => `    http-request set-var(txn.drawn) rand(100) if ${isSystem(system)} !{ var(txn.share) -m found }`),
    ...(split.length === 0 ? [] : ["    http-request set-var(txn.share) var(txn.drawn) if { var(txn.drawn) -m found }"]),
    ...systems.flatMap((system) => slotOfVisitor(system)),
    // A number that a cache gave to all who ask it would be one visitor's.
    ...(split.length === 0 ? [] : ["    http-response add-header Cache-Control private if { var(txn.drawn) -m found }"]),
    ...split.map((system) => `    http-response add-header Set-Cookie "${shareCookie}=%[var(txn.drawn)]; Path=/; HttpOnly; Secure; SameSite=${sameSite(system)}" if ${isSystem(system)} { var(txn.drawn) -m found }`),
  ];
}

function slotOfVisitor(system: EdgeSystem): string[] {
  const { shares } = system;
  if (shares === undefined) return [];
  const set = (slot: Slot, condition = ""): string => `    http-request set-var(txn.slot) str(${slot}) if ${isSystem(system)}${condition}`;
  if (!isSplit(system)) return [set(shares.b > 0 ? "b" : "a")];
  return [set("a"), set("b", ` { var(txn.share) -m int lt ${shares.b} }`)];
}

/** In a backend: one of the visitor's own slot, each as often as the others. One that is down is passed over. */
export function ownSlotFirst(system: EdgeSystem, service: EdgeService): string[] {
  if (!isSplit(system)) return [];
  return slots.flatMap((slot) => {
    const servers = service.servers.filter((server) => slotOf(server) === slot);
    return servers.map((server, i) => {
      const left = servers.length - i;
      return `    use-server ${server.name} if { var(txn.slot) -m str ${slot} }${left === 1 ? "" : ` { rand(${left}) eq 0 }`}`;
    });
  });
}

/**
 * In a backend whose visitors stay with one server: not when they belong to the other slot. Its cookie is taken away
 * before HAProxy reads it; were it only ignored, no new one would be set.
 */
export function leaveOtherSlot(system: EdgeSystem, cookie: string): string[] {
  if (system.shares === undefined) return [];
  return slots.map((slot) => {
    const other = slot === "a" ? "b" : "a";
    return `    http-request replace-header Cookie '(^|.*;[ ]*)${cookie}=${other}-[0-9]+(;[ ]*|$)(.*)' '\\1\\3' if { var(txn.slot) -m str ${slot} }`;
  });
}

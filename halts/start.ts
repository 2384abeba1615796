import { isUp, type Hands, type Piece } from "./hands";
import type { Cut } from "./mark";

/** How a container that was started does: undefined is well. */
export type Ail = (container: string, seconds: number) => Promise<string | undefined>;

/** Seconds that a database may take to come back, reading its log of writes if it was killed. */
const storeSeconds = 180;
/** Seconds that applications get before the rest goes on: the edge waits for them by itself. */
const appSeconds = 60;

/** Connects what was cut, as it was before. */
export async function connectAgain(hands: Pick<Hands, "connect" | "setRestart">, pieces: readonly Piece[], cuts: readonly Cut[]): Promise<void> {
  for (const { container, networks, restart } of cuts) {
    const piece = pieces.find(({ id }) => id === container);
    // Replaced since: whatever took its place has its networks from its own update.
    if (piece === undefined) continue;
    for (const { aliases, name } of networks) {
      if (!piece.networks.some((network) => network.name === name)) await hands.connect(name, container, aliases);
    }
    await hands.setRestart(container, restart);
  }
}

/** Database and cache, healthy; then the applications; then who looks after them. A database that stays away stops it. */
export async function startAll(hands: Pick<Hands, "start">, pieces: readonly Piece[], ail: Ail): Promise<readonly string[]> {
  const started: string[] = [];
  for (const group of startGroups(pieces)) {
    const asleep = group.filter((piece) => !isUp(piece));
    await Promise.all(asleep.map(({ id }) => hands.start(id)));
    started.push(...asleep.map(({ name }) => name));
    const isStore = group.some((piece) => isStoreOf(piece));
    const isApp = group.some(({ labels }) => labels["stackbook.role"] === "app");
    if (!isStore && !isApp) continue;
    const ails = await Promise.all(group.map(({ id }) => ail(id, isStore ? storeSeconds : appSeconds)));
    const bad = ails.flatMap((what, at) => (what === undefined ? [] : [`${group[at]?.name ?? ""} ${what}`]));
    if (isStore && bad.length > 0) throw new Error(bad.join("\n"));
  }
  return started;
}

function startGroups(pieces: readonly Piece[]): Piece[][] {
  // A task that was cut off is run again by the update, with what it needs.
  const own = pieces.filter(({ labels }) => labels["stackbook.role"] !== "task");
  const apps = own.filter(({ labels }) => labels["stackbook.role"] === "app");
  const stores = own.filter((piece) => isStoreOf(piece));
  const rest = own.filter((piece) => !apps.includes(piece) && !stores.includes(piece));
  return [stores, apps, rest].filter((group) => group.length > 0);
}

function isStoreOf({ labels }: Piece): boolean {
  const role = labels["stackbook.role"];
  return role === "database" || role === "cache";
}

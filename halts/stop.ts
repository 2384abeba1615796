import { isUp, type Hands, type Piece } from "./hands";
import type { Cut } from "./mark";

/**
 * What goes first: whoever serves or asks; then who looks after the data; the data's servers last, so that nothing writes
 * any more when they end.
 */
function waveOf({ labels }: Piece): number {
  const role = labels["stackbook.role"] ?? "";
  if (role === "app" || role === "demo" || role === "task") return 0;
  return role === "database" || role === "cache" ? 2 : 1;
}

/**
 * Seconds that each wave gets to end by itself. Together with what the engine needs they stay below ten. PostgreSQL ends
 * its sessions and writes a checkpoint (fast shutdown); killed before it is done, it reads its log of writes at the next
 * start, and so do MongoDB and Redis: nothing that was confirmed is lost either way.
 */
export const emergencySeconds: readonly number[] = [1, 1, 4];

export interface Stopped {
  readonly names: readonly string[];
  /** What could not be stopped, and what the engine said. */
  readonly problems: readonly string[];
}

/** @param seconds of each wave; whoever could not be stopped holds up nobody */
export async function stopAll(hands: Pick<Hands, "stop">, pieces: readonly Piece[], seconds: readonly number[]): Promise<Stopped> {
  const names: string[] = [];
  const problems: string[] = [];
  for (const wave of [0, 1, 2]) {
    const group = pieces.filter((piece) => isUp(piece) && waveOf(piece) === wave);
    const ended = await Promise.allSettled(group.map(({ id }) => hands.stop(id, seconds[wave] ?? 10)));
    ended.forEach((end, at) => {
      const name = group[at]?.name ?? "";
      if (end.status === "fulfilled") names.push(name);
      // Removed meanwhile, by an update that is at work: as good as stopped.
      else if (!isGone(end.reason)) problems.push(`${name}: ${end.reason instanceof Error ? end.reason.message : String(end.reason)}`);
    });
  }
  return { names, problems };
}

/** What cutting these off would disconnect, added to what was cut before. */
export function cutsOf(pieces: readonly Piece[], before: readonly Cut[]): Cut[] {
  const own = pieces.filter(({ networks }) => networks.length > 0);
  const cuts = own.map((piece): Cut => {
    const known = before.find(({ container }) => container === piece.id);
    const added = piece.networks.map(({ aliases, name }) => ({ name, aliases: aliases.filter((alias) => !isOwnId(alias, piece)) }));
    return {
      container: piece.id,
      networks: [...(known?.networks ?? []).filter(({ name }) => !added.some((network) => network.name === name)), ...added],
      // `no` is what being cut off has made of it.
      restart: known?.restart ?? piece.restart ?? "unless-stopped",
    };
  });
  return [...before.filter(({ container }) => !cuts.some((cut) => cut.container === container)), ...cuts];
}

/** The engine gives each container the beginning of its id as a name, and will again. */
function isOwnId(alias: string, { id }: Piece): boolean {
  return /^[0-9a-f]{12}$/.test(alias) && id.startsWith(alias);
}

/**
 * Disconnects them from every network and leaves them running. The engine connects a container without a network to
 * its default one when it starts it, so it must not start any by itself.
 */
export async function cutOff(hands: Pick<Hands, "disconnect" | "setRestart">, pieces: readonly Piece[]): Promise<Stopped> {
  const own = pieces.filter(({ networks }) => networks.length > 0);
  const ended = await Promise.allSettled(
    own.map(async ({ id, networks }) => {
      await hands.setRestart(id, "no");
      for (const { name } of networks) await hands.disconnect(name, id);
    }),
  );
  const problems = ended.flatMap((end, at) => (end.status === "rejected" && !isGone(end.reason) ? [`${own[at]?.name ?? ""}: ${end.reason instanceof Error ? end.reason.message : String(end.reason)}`] : []));
  return { names: own.filter((_, at) => ended[at]?.status === "fulfilled").map(({ name }) => name), problems };
}

function isGone(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  return ("statusCode" in reason && reason.statusCode === 404) || /no (such )?container/i.test(reason.message);
}

import { isIPv4, isIPv6 } from "node:net";

/** Addresses and networks of both families, as `edge.blocked` and `edge.bypass` name them. No Pulumi, no other room: commands use it too. */
export interface Network {
  readonly family: 4 | 6;
  /** The first address, as a number. */
  readonly first: bigint;
  /** Bits that all of its addresses share: 0-32 or 0-128. */
  readonly prefix: number;
}

const bitsOf = { 4: 32, 6: 128 } as const;

export const networkForm = "an IPv4 or IPv6 address or network, such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32";

/** @returns the network, or what to write in its place; undefined where that is anybody's guess */
export function readNetwork(text: string): Network | { readonly fix: string } | undefined {
  const [address = "", length, ...more] = text.split("/");
  const family = isIPv4(address) ? 4 : isIPv6(address) && !address.includes("%") ? 6 : undefined;
  if (family === undefined || more.length > 0) return undefined;
  const bits = bitsOf[family];
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (prefix < 0 || prefix > bits) return { fix: `use a length of 0-${bits} after the slash` };
  const value = family === 4 ? fromIPv4(address) : fromIPv6(address);
  if (family === 6 && prefix >= 96 && value >> 32n === 0xffffn) {
    return { fix: `use ${formatNetwork({ family: 4, first: firstOf(4, value & 0xffff_ffffn, prefix - 96), prefix: prefix - 96 })}: the edge sees such visitors by their IPv4 address` };
  }
  const network: Network = { family, first: firstOf(family, value, prefix), prefix };
  return network.first === value ? network : { fix: `use ${formatNetwork(network)}, or ${address} for the one address` };
}

/** For texts that were checked. */
export function parseNetwork(text: string): Network {
  const network = readNetwork(text);
  if (network === undefined || "fix" in network) throw new Error(`${text} is no network; use ${networkForm}`);
  return network;
}

/** Whether every address of the second is one of the first. */
export function covers(outer: Network, inner: Network): boolean {
  return outer.family === inner.family && outer.prefix <= inner.prefix && firstOf(outer.family, inner.first, outer.prefix) === outer.first;
}

/** Two networks share nothing, or one holds the other. */
export function overlaps(one: Network, other: Network): boolean {
  return covers(one, other) || covers(other, one);
}

/** The network of this length that an address lies in. */
export function widen({ family, first, prefix }: Network, length: number): Network {
  const shorter = Math.min(prefix, length);
  return { family, first: firstOf(family, first, shorter), prefix: shorter };
}

/** `203.0.113.0/24`, a single address without its length. */
export function formatNetwork({ family, first, prefix }: Network): string {
  const address = family === 4 ? formatIPv4(first) : formatIPv6(first);
  return prefix === bitsOf[family] ? address : `${address}/${prefix}`;
}

function firstOf(family: 4 | 6, value: bigint, prefix: number): bigint {
  const rest = BigInt(bitsOf[family] - prefix);
  return (value >> rest) << rest;
}

function fromIPv4(text: string): bigint {
  return text.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function fromIPv6(text: string): bigint {
  // The last 32 bits may be written as IPv4.
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const low = fromIPv4(dotted?.[2] ?? "0.0.0.0");
  const plain = dotted === null ? text : `${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const [head = "", tail] = plain.split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const [front, back] = [groups(head), groups(tail ?? "")];
  const all = tail === undefined ? front : [...front, ...Array.from({ length: 8 - front.length - back.length }, () => "0"), ...back];
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function formatIPv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join(".");
}

/** RFC 5952: small letters, the longest run of zeros left out. */
function formatIPv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  const runs = [...groups.join(":").matchAll(/\b0(?::0)+\b/g)].map(([run]) => run).sort((a, b) => b.length - a.length);
  const [longest] = runs;
  return longest === undefined ? groups.join(":") : groups.join(":").replace(new RegExp(`(^|:)${longest}(:|$)`), "::");
}

import { covers, formatNetwork, networkForm, overlaps, parseNetwork, readNetwork, type Network } from "../../config/addresses";
import { maxBlocked } from "../../config/maintenance-schema";
import type { Means } from "../change";
import type { Outcome } from "../commands/types";
import { exitCodes, Problem, usageExitCode } from "../problem";
import { endOf } from "./on";
import { timeZoneOf } from "./stackOf";
import { endText } from "./texts";
import { instantText } from "./times";
import { blocksOf, bypassOf, networkName, setBlocks, type FileBlock } from "./windows";

export interface BlockOptions {
  readonly for?: string;
  readonly until?: string;
  readonly why?: string;
  readonly anyway?: boolean;
  readonly yes?: boolean;
}

/** Shorter ones hold a good part of the Internet: a 256th of all addresses, a 65,536th of IPv6's. */
const shortestPrefix = { 4: 8, 6: 16 } as const;

/** @throws Problem with what to write */
export function networkArgument(text: string): Network {
  const network = readNetwork(text);
  if (network === undefined) throw new Problem(`${text} is no address: use ${networkForm}`, [], usageExitCode);
  if ("fix" in network) throw new Problem(`${text} is no network: ${network.fix}`, [], usageExitCode);
  return network;
}

/** Why this would shut out whom nobody means; empty: it wouldn't. */
export function dangers(network: Network, bypass: readonly string[]): string[] {
  const shown = formatNetwork(network);
  const operators = bypass.filter((text) => overlaps(parseNetwork(text), network));
  return [
    ...(network.prefix === 0 ? [`${shown} is every ${network.family === 4 ? "IPv4" : "IPv6"} address there is: nobody could use any system`] : []),
    ...(network.prefix > 0 && network.prefix < shortestPrefix[network.family] ? [`${shown} is a large part of the Internet; blocks are usually of /${shortestPrefix[network.family]} or longer`] : []),
    ...(operators.length > 0 ? [`${shown} holds operators' addresses (edge.bypass: ${operators.join(", ")}), who would be locked out`] : []),
  ];
}

export async function blockNetwork(means: Means, text: string, options: BlockOptions): Promise<Outcome> {
  const { context, file, stack } = means;
  const now = context.now();
  const timeZone = timeZoneOf(stack);
  const network = networkArgument(text);
  const address = formatNetwork(network);
  const found = dangers(network, bypassOf(file));
  if (found.length > 0 && options.anyway !== true) throw new Problem(`${address} was not blocked:`, [...found, "If that is meant: --anyway. Everybody out: npx stackbook maintenance on all"], usageExitCode);
  const until = endOf(options, now, timeZone, now);
  const blocks = blocksOf(file);
  const wider = blocks.find((each) => networkName(each.address) !== address && each.until === undefined && covers(parseNetwork(each.address), network));
  if (wider !== undefined) return { text: `${address} is blocked already: it is part of ${wider.address}. Nothing was changed.`, json: { stack: stack.name, blocked: wider, changed: false } };
  if (blocks.length >= maxBlocked && !blocks.some((each) => networkName(each.address) === address)) throw new Problem(`${maxBlocked} addresses are blocked, which is as many as the edge takes`, ["Block a network in place of several of its addresses; `npx stackbook blocks` shows them."]);
  const block: FileBlock = { address, ...(until === undefined ? {} : { until: instantText(until) }), by: context.who, ...(options.why === undefined ? {} : { why: options.why }) };
  const end = until === undefined ? "for good" : endText(block, timeZone);
  if (options.yes !== true && !(await context.confirm(`Refuse every request from ${address} ${end}?`))) throw new Problem("nothing was changed: not confirmed", [], exitCodes.interrupted);
  setBlocks(file, [...blocks.filter((each) => networkName(each.address) !== address), block]);
  await means.update();
  return {
    text: [`${address} is refused with 403 ${end}, on every system and on both ports. What it still tries is in the edge's log: npx stackbook logs stack edge --grep '"refused":"blocked"'`, `Let in again with: npx stackbook unblock ${address}`, "To commit:", await file.difference()].join("\n"),
    json: { stack: stack.name, blocked: block, changed: true },
  };
}

export async function unblockNetwork(means: Means, text: string): Promise<Outcome> {
  const { file, stack } = means;
  const network = networkArgument(text);
  const address = formatNetwork(network);
  const blocks = blocksOf(file);
  if (!blocks.some((each) => networkName(each.address) === address)) {
    const near = blocks.filter((each) => overlaps(parseNetwork(each.address), network)).map((each) => each.address);
    throw new Problem(`${address} is not blocked${near.length === 0 ? "" : " by itself"}`, near.length === 0 ? ["`npx stackbook blocks` shows what is."] : [`Blocked is ${near.join(", ")}: unblock that, and block what is to stay out.`], usageExitCode);
  }
  setBlocks(file, blocks.filter((each) => networkName(each.address) !== address));
  await means.update();
  return { text: [`${address} is let in again.`, "To commit:", await file.difference()].join("\n"), json: { stack: stack.name, unblocked: address } };
}

import { covers, formatNetwork, parseNetwork, widen, type Network } from "../../config/addresses";
import { passCookie, passPath } from "../../config/passes";
import { doorPrefix } from "./doors";
import type { FullModel } from "./haproxy";
import type { EdgeBlock } from "./model";
import { pages, htmlBody, jsonBody } from "./pages";

/** Who is refused before anything else, and who passes where visitors are turned away. */

/** On both ports, before a name is looked at or a request counted. Probes from inside are let through. */
export function renderBlocked(model: FullModel, list: string | undefined, port: "http" | "https"): string[] {
  if (list === undefined) return [];
  const outside = port === "https" && model.observed ? ` !{ dst_port ${model.listen.probes} }` : "";
  const when = `if { var(txn.refuse) -m str blocked }`;
  return [
    `    http-request set-var(txn.blocked_until) src,map_ip_int(${list},0)`,
    `    http-request set-var(txn.refuse) str(blocked) if { var(txn.blocked_until),sub(txn.now) gt 0 }${outside}`,
    `    http-request return status ${pages.blocked.status} ${htmlBody(pages.blocked)} ${when} { req.hdr(accept) -m sub text/html }`,
    `    http-request return status ${pages.blocked.status} ${jsonBody(pages.blocked)} ${when}`,
  ];
}

/** Unix seconds of a block for good: beyond what any clock will show, within what HAProxy's numbers hold. */
const forGood = 99_999_999_999;

/** HAProxy takes the narrowest network that fits, so each is blocked for as long as the widest around it, too. */
export function blockedList(blocks: readonly EdgeBlock[]): string {
  const until = new Map<string, { readonly network: Network; until: number }>();
  for (const block of blocks) {
    const network = parseNetwork(block.network);
    const key = formatNetwork(network);
    until.set(key, { network, until: Math.max(until.get(key)?.until ?? 0, block.until ?? forGood) });
  }
  const lengths = [...new Set([...until.values()].map(({ network }) => network.prefix))];
  const longest = (network: Network): number =>
    Math.max(...lengths.filter((length) => length <= network.prefix).map((length) => until.get(keyOf(widen(network, length)))?.until ?? 0));
  return [...until.values()].map(({ network }) => `${keyOf(network)} ${longest(network)}\n`).sort().join("");
}

const keyOf = formatNetwork;

/** One network a line; what lies in another is left out. */
export function bypassList(networks: readonly string[]): string {
  const all = [...new Set(networks.map((text) => formatNetwork(parseNetwork(text))))].map(parseNetwork);
  return all.filter((network) => !all.some((other) => other !== network && covers(other, network))).map((network) => `${formatNetwork(network)}\n`).sort().join("");
}

/**
 * Who comes from an operators' address, shows a pass, or asks as a probe. A pass is a JWT signed with the stack's own
 * key; the algorithm is ours and never the one that the pass names. The link to one puts it into a cookie; systems
 * behind never see it.
 */
export function renderPasses(model: FullModel, files: { readonly bypass: string | undefined; readonly pass: string | undefined }): string[] {
  return [
    ...(model.observed ? [`    http-request set-var(txn.passes) bool(true) if { dst_port ${model.listen.probes} }`] : []),
    ...(files.bypass === undefined ? [] : [`    http-request set-var(txn.passes) bool(true) if { src -f ${files.bypass} }`]),
    ...(files.pass === undefined ? [] : signedPasses(files.pass)),
  ];
}

function signedPasses(keyFile: string): string[] {
  // Doors are no systems: what is asked there is for who is behind.
  const link = `{ path ${passPath} } !{ var(txn.system) -m beg ${doorPrefix} }`;
  const cookie = `${passCookie}=%[var(txn.pass)]; Path=/; Max-Age=%[var(txn.pass_until),sub(txn.now)]; Secure; HttpOnly; SameSite=Lax`;
  return [
    `    http-request set-var(txn.pass) req.cook(${passCookie})`,
    `    http-request set-var(txn.pass) url_param(pass) if ${link}`,
    `    http-request set-var(txn.pass_key) str(key),map(${keyFile}) if { var(txn.pass) -m found }`,
    `    http-request set-var(txn.pass_until) var(txn.pass),jwt_payload_query('$.exp','int') if { var(txn.pass),jwt_verify("HS256",txn.pass_key) eq 1 }`,
    `    http-request unset-var(txn.pass_key)`,
    `    http-request set-var(txn.pass_for) var(txn.pass),jwt_payload_query('$.aud') if { var(txn.pass_until),sub(txn.now) gt 0 }`,
    `    http-request set-var(txn.pass_fits) bool(true) if { var(txn.pass_for) -m str all } or { var(txn.pass_for) -m found } { var(txn.pass_for),strcmp(txn.system) eq 0 }`,
    `    http-request set-var(txn.passes) bool(true) if { var(txn.pass_fits) -m bool }`,
    `    http-request return status 303 hdr Location / hdr Cache-Control no-store hdr Referrer-Policy no-referrer hdr Set-Cookie "${cookie}" if ${link} { var(txn.pass_fits) -m bool }`,
    `    http-request return status ${pages.passRefused.status} ${htmlBody(pages.passRefused)} if ${link} { req.hdr(accept) -m sub text/html }`,
    `    http-request return status ${pages.passRefused.status} ${jsonBody(pages.passRefused)} if ${link}`,
    `    http-request replace-header Cookie '^${passCookie}=[^;]*(; *)?(.*)$' '\\2'`,
    `    http-request replace-header Cookie '^(.*); *${passCookie}=[^;]*(.*)$' '\\1\\2'`,
    "    http-request del-header Cookie if { req.fhdr(cookie) -m len 0 }",
  ];
}

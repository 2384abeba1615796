import type { Looking } from "../looking";
import { Problem } from "../../problem";
import { serviceOf, systemOf } from "../../stackContainers";
import { visit } from "../visit";
import type { Figure, Finding } from "../types";
import { periodText, plain, valueText } from "../units";
import { judged, limitOf, noticeOf, unknown, valueOf, type Check } from "./finding";

export const certificate: Check = async (looking, system) => {
  const { left } = await looking.metrics({ left: `min by (system) (probe_ssl_earliest_cert_expiry${system === "stack" ? "" : `{system="${system}"}`} - time()) / 86400` });
  if (left.length === 0) return unknown("nobody has looked at a certificate");
  const limit = limitOf(looking.row("stack", "certificate-ends"));
  const figures = left.map(({ labels, value }): Figure => ({ name: `certificate of ${labels["system"] ?? ""} ends in`, value, unit: "days", worse: "down", comesAndGoes: true, ...(limit === undefined ? {} : { limit: limit / 86_400 }) }));
  const finding = judged(figures);
  const first = [...figures].sort((a, b) => a.value - b.value)[0];
  return finding.verdict === "good" && first !== undefined ? { ...finding, says: `${figures.length === 1 ? "it ends" : "the first ends"} in ${valueText(first.value, "days")}` } : { ...finding, run: [looking.command("logs stack acme --since 3d")] };
};

/** Counted at the edge: 401 and 403 on a login. */
export const failedLogins: Check = async (looking, system) => {
  const failed = `sum(increase(edge_failed_logins_total{system="${system}"}[${looking.window}]))`;
  const { before, counted, most, now } = await looking.metrics({
    now: failed, before: `sum(increase(edge_failed_logins_total{system="${system}"}[${looking.window}] offset ${looking.window}))`, counted: 'max(up{job="edge-log"})',
    most: `max_over_time((sum(rate(edge_failed_logins_total{system="${system}"}[5m])) * 60)[${looking.window}:5m])`,
  });
  if (valueOf(counted) !== 1) return unknown("nobody counts logins: the edge's log is not read");
  const number = Math.round(valueOf(now) ?? 0);
  const guessing = limitOf(looking.row(system, "password-guessing"));
  const anHour = noticeOf(looking.row(system, "failed-logins") ?? looking.row(system, "failed-auth"));
  const earlier = valueOf(before);
  const figures: Figure[] = [
    { name: "failed logins", value: number, unit: "count", worse: "up" },
    { name: "most a minute", value: valueOf(most) ?? 0, unit: "count", worse: "up", ...(guessing === undefined ? {} : { limit: guessing }) },
  ];
  const finding = judged(figures);
  const many = anHour !== undefined && number > anHour * looking.hours;
  const sudden = earlier !== undefined && earlier >= 10 && number > 3 * earlier;
  const comparison = earlier === undefined ? "" : `, ${plain(Math.round(earlier))} in the period before`;
  return {
    ...finding, verdict: finding.verdict === "bad" ? "bad" : many || sudden ? "look" : "good",
    says: `${number} in ${periodText(looking.hours)}${comparison}; at most ${plain(valueOf(most) ?? 0)} a minute`,
    ...(finding.verdict === "bad" || many || sudden ? { run: [looking.command(`logs ${system} backend --since ${looking.hours}h`)] } : {}),
  };
};

export const rateLimits: Check = async (looking, system) => {
  const { counted, refused } = await looking.metrics({ refused: `sum(increase(edge_responses_total{system="${system}",status="429"}[${looking.window}]))`, counted: 'max(up{job="edge-log"})' });
  if (valueOf(counted) !== 1) return unknown("nobody counts requests: the edge's log is not read");
  const number = Math.round(valueOf(refused) ?? 0);
  return { verdict: number > 0 ? "look" : "good", says: `${number} requests refused (429) in ${periodText(looking.hours)}`, figures: [{ name: "refused", value: number, unit: "count", worse: "up" }] };
};

/** What every page carries; the edge sets it. */
const wantedHeaders: readonly (readonly [string, RegExp, string])[] = [
  ["strict-transport-security", /max-age=[1-9]/, "browsers are not told to stay with https"],
  ["x-content-type-options", /^nosniff$/, "browsers may guess what a file is"],
  ["x-frame-options", /^(sameorigin|deny)$/i, "other sites may show it in a frame"],
  ["referrer-policy", /./, "addresses of pages go to other sites"],
  ["content-security-policy", /frame-ancestors/, "nothing says who may show it in a frame"],
];

const stranger = "https://stranger.example";

export const webSecurity: Check = async (looking, system) => {
  const { domain, url } = looking.system(system);
  const { httpPort } = looking.facts.edge;
  const [page, plainPage] = await Promise.all([visit(looking, `${url}/`, { headers: { origin: stranger } }), visit(looking, `http://${domain}${httpPort === 80 ? "" : `:${httpPort}`}/`)]);
  const problems = wantedHeaders.flatMap(([name, wanted, otherwise]) => (wanted.test(String(page.headers[name] ?? "")) ? [] : [`${name} is ${page.headers[name] === undefined ? "missing" : `"${String(page.headers[name])}"`}: ${otherwise}`]));
  const allowed = page.headers["access-control-allow-origin"];
  if (allowed === "*" || allowed === stranger) problems.push(`access-control-allow-origin is ${allowed}: every site may use a visitor's session`);
  for (const name of ["server", "x-powered-by"]) if (page.headers[name] !== undefined) problems.push(`${name} tells what runs: ${String(page.headers[name])}`);
  if (![301, 308].includes(plainPage.status) || !String(plainPage.headers.location ?? "").startsWith("https://")) problems.push(`http is answered with ${plainPage.status}, not led to https`);
  if (!["TLSv1.2", "TLSv1.3"].includes(page.protocol ?? "")) problems.push(`it speaks ${page.protocol ?? "no TLS"}`);
  if (await takesOldTls(looking, url)) problems.push("it still speaks TLS 1.1 with those who want it");
  return {
    verdict: problems.length > 0 ? "bad" : "good", details: problems,
    says: problems[0] ?? `${page.protocol ?? ""}, http leads to https, ${wantedHeaders.length} security headers, no foreign origin is let in`,
    figures: [{ name: "problems", value: problems.length, unit: "count", worse: "up", limit: 0 }],
  };
};

async function takesOldTls(looking: Looking, url: string): Promise<boolean> {
  try {
    await visit(looking, `${url}/`, { atMost: "TLSv1.1" });
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** Of a database and its cache: who is in their networks, and what is published of them. */
export const isolation: Check = async (looking, system) => {
  const all = await looking.containers();
  const stores = all.filter((container) => systemOf(container) === system && ["database", "cache"].includes(container.labels["stackbook.role"] ?? ""));
  if (stores.length === 0) return unknown(`${system} has no database that runs`, looking.command("status"));
  const problems: string[] = [];
  const near = new Set<string>();
  for (const store of stores) {
    const whole = (await looking.engine.inspectWhole(store.name)) as { readonly HostConfig?: { readonly PortBindings?: Readonly<Record<string, unknown>> | null; readonly NetworkMode?: string } };
    const published = Object.keys(whole.HostConfig?.PortBindings ?? {});
    if (published.length > 0) problems.push(`${store.name} publishes ${published.join(", ")} on the host`);
    if (whole.HostConfig?.NetworkMode === "host") problems.push(`${store.name} is on the host's own network`);
    const networks = store.networks.map(({ name }) => name);
    for (const other of all.filter(({ name, networks: theirs }) => name !== store.name && theirs.some((network) => networks.includes(network.name)))) {
      near.add(`${systemOf(other)} ${serviceOf(other)}`);
      if (systemOf(other) !== system) problems.push(`${other.name} of ${systemOf(other)} shares a network with ${store.name}`);
      else if (serviceOf(other) === "frontend") problems.push(`${other.name}, which visitors reach, shares a network with ${store.name}`);
    }
  }
  return {
    verdict: problems.length > 0 ? "bad" : "good", details: problems,
    says: problems[0] ?? `no port is published; in their networks: ${[...near].sort().join(", ")}`,
    figures: [{ name: "problems", value: problems.length, unit: "count", worse: "up", limit: 0 }],
  };
};

/** Assumed: no runbook gives an age. sms.md reviews keys each month and wants each quarter's rotated. */
const oldDays = 92;

/** A secret is as old as what made it in the stack's state. Each rotation makes another, `name-1`, `name-2`; what was before may be kept, and opens nothing. */
export const secretAges: Check = async (looking, system) => {
  const made = await looking.once("secrets", async () => readSecrets(await looking.stack.cli.run(["stack", "export"])));
  const own = made.filter(({ name }) => (system === "stack" ? !looking.facts.systems.some(({ id }) => name.startsWith(`${id}-`)) : name.startsWith(`${system}-`) || name.startsWith("backups-encryptionKey")));
  if (own.length === 0) return unknown("its secrets were all given, and the stack does not know since when");
  const newest = new Map<string, number>();
  for (const { createdAt, name } of own) {
    const age = (looking.now.getTime() - Date.parse(createdAt)) / 86_400_000;
    const secret = name.replace(/-\d+$/, "");
    newest.set(secret, Math.min(age, newest.get(secret) ?? age));
  }
  const counted = [...newest].map(([name, value]): Figure => ({ name, value, unit: "days", worse: "up", comesAndGoes: true }));
  const oldest = [...counted].sort((a, b) => b.value - a.value)[0];
  const old = counted.filter(({ value }) => value > oldDays);
  const finding: Finding = { verdict: old.length > 0 ? "look" : "good", says: `${counted.length} secrets, the oldest (${oldest?.name ?? ""}) ${valueText(oldest?.value ?? 0, "days")} old${old.length > 0 ? `; ${old.length} are older than ${oldDays} days` : ""}`, figures: counted };
  return old.length > 0 && system !== "stack" ? { ...finding, run: [looking.command(`rotate ${system} --help`)] } : finding;
};

interface MadeSecret {
  readonly name: string;
  readonly createdAt: string;
}

export function readSecrets(exported: string): readonly MadeSecret[] {
  const { deployment } = JSON.parse(exported) as { readonly deployment: { readonly resources?: readonly { readonly type: string; readonly urn: string; readonly created?: string }[] } };
  return (deployment.resources ?? []).flatMap(({ created, type, urn }) =>
    type === "random:index/randomPassword:RandomPassword" && created !== undefined ? [{ name: urn.slice(urn.lastIndexOf("::") + 2), createdAt: created }] : []);
}

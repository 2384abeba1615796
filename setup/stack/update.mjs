import { join } from "node:path";
import { hostname, userInfo } from "node:os";
import { openLog, run } from "../base/run.mjs";
import { Problem } from "../base/problem.mjs";
import { Progress } from "./events.mjs";
import { isWrongPassphrase, lost } from "./passphrase.mjs";
import { urnName } from "./state.mjs";
import { paths } from "../base/paths.mjs";

/**
 * One `pulumi up` or `destroy`, shown line by line as things change.
 * @param {import("./pulumi.mjs").Pulumi} pulumi
 * @param {readonly string[]} args
 * @param {import("../base/say.mjs").Say} say
 * @param {{ what: string, why: string, policies?: "kept" | "told" | "none" }} about whether what breaks the rules of docs/policies.md refuses the update, or is told
 * @returns {Promise<{ changed: number, changes: Record<string, number> }>}
 */
export async function update(pulumi, args, say, { what, why, policies = "none" }) {
  const progress = new Progress(say);
  const rest = [];
  // Debug messages carry inputs of resources as they are, secrets among them: they are not kept.
  const log = openLog("update.log", `pulumi ${args.join(" ")}\n`);
  let ended;
  try {
    ended = await run("pulumi", [...args, ...rules[policies], "--yes", "--skip-preview", "--non-interactive", "--json", "--stack", pulumi.stack, "--message", `${why} (by ${user()})`], {
      env: pulumi.env,
      ...(pulumi.cwd === undefined ? {} : { cwd: pulumi.cwd }),
      onLine: (line) => {
        if (!progress.read(line) && line.trim() !== "") rest.push(line);
        if (!line.includes('"severity":"debug"')) log.write(`${line}\n`);
      },
    });
  } finally {
    progress.close();
    log.end();
  }
  if (progress.findings.length > 0) say.line(`  policies: ${describeFindings(progress.findings)}`);
  for (const { text } of progress.warnings.filter(({ text }) => !isNoise(text))) say.line(`  warning: ${indent(text)}`);
  if (ended.code === 0) return { changed: progress.changed, changes: progress.changes };
  throw failure(progress, rest, what);
}

const rules = {
  kept: ["--policy-pack", paths.policies],
  told: ["--policy-pack", paths.policies, "--policy-pack-config", join(paths.policies, "told.json")],
  none: [],
};

/** By rule, as one that a whole stack breaks is found many times. */
export function describeFindings(findings) {
  const names = [...new Set(findings.map(({ policy }) => policy))].sort();
  return `${findings.length === 1 ? "one finding holds" : `${findings.length} findings hold`} nothing up (${names.join(", ")}): npx stackbook policy shows what to write instead`;
}

/** The CLI itself broke off (a Go panic), which is nobody's configuration: repaired, the same update goes through. */
export const isCrash = (error) => error instanceof Problem && error.crashed === true;

/** Stand-ins on the PATH are found with a warning that tells users to do what set-up has done. */
const isNoise = (text) => /using pulumi-resource-\S+ from \$PATH/i.test(text) || /plugin .* on \$PATH/i.test(text);

export function failure(progress, rest, what) {
  const said = progress.errors.filter(({ text }) => text !== "update failed" && text !== "destroy failed");
  const whole = [...said.map(({ text }) => text), ...rest].join("\n");
  if (isWrongPassphrase(whole)) return lost(`${paths.passphrase} does not open it`);
  const crash = rest.find((line) => /^(panic|fatal error):/.test(line));
  if (crash !== undefined) {
    const problem = new Problem(`${what} failed: the Pulumi CLI itself crashed`, [crash, "Run this again: it repairs what was cut off and goes on.", "The whole record: .stackbook/logs/update.log"]);
    return Object.assign(problem, { crashed: true });
  }
  const lines = said.flatMap(({ urn, text }) => [`${urn === undefined || /pulumi:pulumi:Stack/.test(urn) ? "" : `${urnName(urn)}: `}${indent(text)}`, ""]);
  return new Problem(`${what} failed`, [
    ...(lines.length > 0 ? lines : [...rest.slice(-12), ""]),
    ...advice(whole),
    "The whole record: .stackbook/logs/update.log",
  ]);
}

/** What was running goes on running, and the same command tries again what failed; some causes have a shorter way. */
export function advice(text) {
  const known = [
    [/is unhealthy|did not get healthy|keeps serving/i, "The version before goes on serving. To go back for good, set that version again in the stack file and run this once more."],
    [/no such image|manifest unknown|pull access denied|not found: manifest/i, "An image doesn't exist or may not be pulled: look at `image` in the stack file (pulumi config), or `docker login` first."],
    [/port is already allocated|address already in use/i, "A port was taken meanwhile: see who has it with `docker ps` or `ss -ltnp`; stackbook:edge.httpPort and httpsPort change ours."],
    [/no space left on device/i, "The disk is full: docker system df shows what Docker keeps, docker image prune --all removes images nobody uses."],
    [/network is unreachable|no such host|TLS handshake timeout|i\/o timeout/i, "A registry was not reached: `npm start -- --offline` builds the images from packages instead."],
  ];
  const hint = known.find(([pattern]) => pattern.test(text))?.[1];
  return [...(hint === undefined ? [] : [hint]), "What ran before goes on running. Put the cause right and run this again: it goes on where this stopped."];
}

const indent = (text) => text.replaceAll("\n", "\n    ");

function user() {
  let name = "unknown";
  try {
    name = userInfo().username;
  } catch {
    // A container's user without an entry in /etc/passwd.
  }
  return `${name}@${hostname()}`;
}

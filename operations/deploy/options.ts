import { parseImageReference } from "../../config/image";
import { checkVersion } from "../../config/texts";
import type { ServiceName, SystemId } from "../../systems";
import type { GlobalOptions } from "../commands/types";
import { parseDuration } from "../duration";
import { Problem, usageExitCode } from "../problem";

export interface DeployOptions extends GlobalOptions {
  readonly backendImage?: string;
  readonly frontendImage?: string;
  readonly critical?: boolean;
  readonly watch?: string;
  readonly gradual?: string;
  readonly step?: string;
  readonly hold?: string;
  readonly irreversible?: boolean;
  readonly staging?: string;
  readonly skipStaging?: string;
  readonly despite?: string;
  readonly continue?: boolean;
  readonly abort?: boolean;
  readonly why?: string;
  readonly dryRun?: boolean;
}

/** What is asked for, checked as far as the command line alone goes. */
export interface DeployRequest {
  readonly system: SystemId;
  /** undefined: of `--continue` and `--abort`, which go on with what is there. */
  readonly version: string | undefined;
  readonly images: Readonly<Partial<Record<ServiceName, string>>>;
  readonly mode: "deploy" | "continue" | "abort";
  readonly watchSeconds: number;
  /** undefined: all visitors at once. */
  readonly gradual: Gradual | undefined;
  readonly irreversible: boolean;
  readonly staging: string | undefined;
  readonly skipStaging: string | undefined;
  /** Why it is deployed although what runs now is not well. */
  readonly despite: string | undefined;
  readonly why: string | undefined;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

export interface Gradual {
  /** Visitors out of a hundred, rising, the last one 100. */
  readonly percents: readonly number[];
  readonly stepSeconds: number;
  /** For how long the old version stays warm afterwards. */
  readonly holdSeconds: number;
}

/** sms.md, Production Change Procedure: "Monitor for 15 minutes", and for critical changes "Extended monitoring (1 hour)". */
const usual = { watchSeconds: 15 * 60, criticalSeconds: 3600, percents: [10, 50, 100], stepSeconds: 300, holdSeconds: 600 } as const;
const longestSeconds = 86_400;
/** As it is: leaves a service's image alone. */
export const sameImage = "same";

/** @throws Problem with everything that is wrong with the command line */
export function readDeploy(options: DeployOptions, system: string | undefined, version: string | undefined, known: readonly string[]): DeployRequest {
  const problems: string[] = [];
  const mode = options.continue === true ? "continue" : options.abort === true ? "abort" : "deploy";
  if (system === undefined) problems.push(`of which system? Give one of ${known.join(", ")}`);
  else if (!known.includes(system)) problems.push(`the stack has no system ${system}: use ${known.join(", ")}`);
  if (options.continue === true && options.abort === true) problems.push("--continue goes on and --abort goes back: give one of the two");
  if (mode === "deploy" && version === undefined) problems.push("which version? Give it after the system: npx stackbook deploy motel 1.4.3");
  if (mode !== "deploy" && version !== undefined) problems.push(`--${mode} goes ${mode === "abort" ? "back" : "on"} with the version that is there: leave ${version} out`);
  if (version !== undefined) problems.push(...versionProblem(version));
  for (const [name, image] of [["--backend-image", options.backendImage], ["--frontend-image", options.frontendImage]] as const) {
    if (image !== undefined && image !== sameImage && parseImageReference(image) === undefined) problems.push(`${name} is ${image}: use registry/repository:tag@sha256:<64 hex digits>, or ${sameImage}`);
    if (image !== undefined && mode !== "deploy") problems.push(`${name} belongs to a version: leave it out with --${mode}`);
  }
  if (options.critical === true && options.watch !== undefined) problems.push("--critical watches for 1 h: leave out --watch, or --critical");
  const seconds = (name: string, text: string | undefined, fallback: number): number => {
    if (text === undefined) return fallback;
    const value = parseDuration(text);
    if (value !== undefined && value <= longestSeconds) return value;
    problems.push(`${name} is ${text}: use a duration such as 90s, 15m or 1h, at most 24h, or 0 for none`);
    return fallback;
  };
  const watchSeconds = seconds("--watch", options.watch, options.critical === true ? usual.criticalSeconds : usual.watchSeconds);
  const stepSeconds = seconds("--step", options.step, usual.stepSeconds);
  const holdSeconds = seconds("--hold", options.hold, usual.holdSeconds);
  const percents = options.gradual === undefined ? undefined : readPercents(options.gradual, problems);
  if (mode !== "continue") for (const [name, given] of [["--step", options.step], ["--hold", options.hold]] as const) if (given !== undefined && percents === undefined) problems.push(`${name} is for a gradual deploy: give --gradual 10,50,100 as well`);
  if (options.dryRun === true && mode !== "deploy") problems.push(`--dry-run shows what a deploy would change: leave it out with --${mode}`);
  if (percents !== undefined && (options.watch !== undefined || options.critical === true)) problems.push("with --gradual each step is watched: give --step and --hold in place of --watch and --critical");
  if (options.skipStaging !== undefined && options.staging !== undefined) problems.push("--staging names the stack that is asked, --skip-staging asks none: give one of the two");
  for (const [name, text] of [["--skip-staging", options.skipStaging], ["--despite", options.despite], ["--why", options.why]] as const) {
    if (text !== undefined && text.trim() === "") problems.push(`${name} is empty: say why, for the record`);
  }
  if (problems.length > 0) throw new Problem("nothing was deployed:", [...problems, "--help shows every option with examples"], usageExitCode);
  return {
    // Known, and the catalogue's: a stack has no others.
    system: system as SystemId, version, mode, watchSeconds,
    images: { ...(options.backendImage === undefined ? {} : { backend: options.backendImage }), ...(options.frontendImage === undefined ? {} : { frontend: options.frontendImage }) },
    gradual: percents === undefined && mode !== "continue" ? undefined : { percents: percents ?? usual.percents, stepSeconds, holdSeconds },
    irreversible: options.irreversible === true, staging: options.staging, skipStaging: options.skipStaging, despite: options.despite,
    why: options.why, yes: options.yes === true, dryRun: options.dryRun === true,
  };
}

function versionProblem(version: string): string[] {
  const answer = checkVersion(version);
  return answer === true ? [] : [`the version is ${version}: ${answer === false ? "use letters, digits, `.`, `_` and `-`, at most 64" : answer}`];
}

/** `10,50,100`: rising, and all of them in the end. */
function readPercents(text: string, problems: string[]): readonly number[] {
  const percents = text.split(",").map((part) => Number(part.trim()));
  const rising = percents.every((percent, at) => Number.isInteger(percent) && percent >= 1 && percent <= 100 && percent > (percents[at - 1] ?? 0));
  if (!rising || percents.length > 20) {
    problems.push(`--gradual is ${text}: use rising whole numbers from 1 to 100, such as 10,50,100`);
    return usual.percents;
  }
  return percents.at(-1) === 100 ? percents : [...percents, 100];
}

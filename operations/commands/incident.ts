import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { duration, incidentDocument, moment } from "../incidents/document";
import { Problem, usageExitCode } from "../problem";
import { askStatusAgent, type Answer, type Incident } from "../statusAgent";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface OpenOptions extends GlobalOptions {
  readonly system?: string;
  readonly severity?: string;
  readonly issue?: string;
  readonly impact?: string;
  readonly status?: string;
  readonly eta?: string;
  readonly since?: string;
}

interface UpdateOptions extends GlobalOptions {
  readonly status?: string;
  readonly message?: string;
  readonly eta?: string;
  readonly severity?: string;
  readonly system?: string;
}

interface ResolveOptions extends GlobalOptions {
  readonly resolution?: string;
  readonly nextSteps?: string;
  readonly system?: string;
}

interface ListOptions extends GlobalOptions {
  readonly all?: boolean;
  readonly system?: string;
}

/** MemoApp's incident notices, on channels and status page; SMS's file for each incident. */
export const incident: CommandModule = {
  define(command, run) {
    command
      .command("open")
      .description("opens an incident: sends the notice, shows it on the status page, writes its file")
      .option("--system <id>", "the system it is about, or stack for all of them")
      .option("--severity <1-4>", "1 critical (answer at once), 2 high (15 min), 3 medium (2 h), 4 low (next business day)")
      .option("--issue <text>", "what is wrong, in a few words; visitors read it")
      .option("--impact <text>", "who is hit, and how; visitors read it")
      .option("--status <text>", "what is being done", "Investigating")
      .option("--eta <text>", "when it should be over", "Unknown")
      .option("--since <when>", "when it began: 20m, 1h30m, or a time such as 2026-11-21T08:00:00Z")
      .action(run<OpenOptions>(open));
    command
      .command("update")
      .description("says what is new; the runbook promises an update every 30 minutes")
      .argument("[incident]", "its id; not needed while only one is open")
      .option("--status <text>", "what is being done now")
      .option("--message <text>", "the news; visitors read it")
      .option("--eta <text>", "when it should be over")
      .option("--severity <1-4>", "another severity")
      .option("--system <id>", "the one open incident of this system")
      .action(run<UpdateOptions>(update));
    command
      .command("resolve")
      .description("says that it is over, how, and for how long it lasted")
      .argument("[incident]", "its id; not needed while only one is open")
      .option("--resolution <text>", "what was done to fix it")
      .option("--next-steps <text>", "follow-up actions", "None")
      .option("--system <id>", "the one open incident of this system")
      .action(run<ResolveOptions>(resolve));
    command
      .command("list")
      .description("shows open incidents")
      .option("--all", "resolved ones as well")
      .option("--system <id>", "only those of a system")
      .action(run<ListOptions>(list));
  },
};

async function open(options: OpenOptions, context: Context): Promise<Outcome> {
  const { system, severity, issue, impact, status, eta, since } = options;
  const problems = [
    ...missing({ "--system": system, "--severity": severity, "--issue": issue, "--impact": impact }),
    ...severityProblems(severity),
  ];
  const began = since === undefined ? undefined : readSince(since, context.now());
  if (since !== undefined && began === undefined) problems.push(`--since is ${since}: give 20m, 1h30m, or a time such as 2026-11-21T08:00:00Z`);
  refuse("the incident can't be opened", problems);
  return change(options, context, "incident open", { system, severity: Number(severity), issue, impact, status, eta, ...(began === undefined ? {} : { since: began }) });
}

async function update(options: UpdateOptions, context: Context, id: string | undefined): Promise<Outcome> {
  const { status, message, eta, severity, system } = options;
  refuse("the incident can't be updated", [
    ...([status, message, eta, severity].every((value) => value === undefined) ? ["give at least one of --status, --message, --eta, --severity"] : []),
    ...severityProblems(severity),
  ]);
  return change(options, context, "incident update", { id, system, status, message, eta, ...(severity === undefined ? {} : { severity: Number(severity) }) });
}

async function resolve(options: ResolveOptions, context: Context, id: string | undefined): Promise<Outcome> {
  const { resolution, nextSteps, system } = options;
  refuse("the incident can't be resolved", missing({ "--resolution": resolution }));
  return change(options, context, "incident resolve", { id, system, resolution, nextSteps });
}

async function list(options: ListOptions, context: Context): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const answer = await askStatusAgent(stack, context.connect(stack), "incident list", { all: options.all ?? false, system: options.system });
  const incidents = answer.incidents ?? [];
  const text = incidents.length === 0 ? `No incident is open in the stack ${stack.name}.` : incidents.map((entry) => describe(entry, answer, context.now())).join("\n\n");
  return { text, json: { stack: stack.name, incidents } };
}

/** What opening, updating and resolving have in common: tell the agent, then write the file. */
async function change(options: GlobalOptions, context: Context, command: string, request: object): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const answer = await askStatusAgent(stack, context.connect(stack), command, { ...request, by: context.who });
  if (answer.incident === undefined || answer.notice === undefined) throw new Error(`the status agent answered ${command} without the incident`);
  const { incident: entry, notice } = answer;
  const file = writeDocument(entry, answer, stack.name, context.root);
  const lines = [
    notice.text, "",
    `${notice.delivered ? "Sent to Alertmanager, which tells the channels" : "NOT SENT YET: Alertmanager does not answer; the agent keeps trying. Tell people yourself meanwhile"} (notice ${notice.id}).`,
    ...(answer.page === undefined ? [] : [`On the page: ${answer.page}`]),
    `File: ${file}${entry.resolved === undefined ? "" : " (write its post-mortem, then commit it)"}`,
    ...(entry.resolved === undefined
      ? [`The next update is due at ${moment(entry.remindAt, answer.timeZone)} (${answer.timeZone}): npx stackbook incident update ${entry.id} --message "..."`]
      : []),
  ];
  return { text: lines.join("\n"), json: { stack: stack.name, incident: entry, notice, page: answer.page ?? null, file } };
}

/** In the folder SMS's runbook names. @returns its path in the working copy */
function writeDocument(entry: Incident, answer: Answer, stack: string, root: string): string {
  const path = join(root, "incidents", `${entry.id}.md`);
  const existing = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  mkdirSync(join(root, "incidents"), { recursive: true });
  writeFileSync(path, incidentDocument(entry, { stack, timeZone: answer.timeZone, title: answer.titles[entry.system] ?? entry.system }, existing));
  return relative(root, path);
}

function describe(entry: Incident, { titles, timeZone }: Answer, now: Date): string {
  const last = entry.updates.at(-1);
  return [
    `${entry.id}  severity ${entry.severity}, ${entry.status}`,
    `  ${titles[entry.system] ?? entry.system}: ${entry.issue}`,
    `  since ${moment(entry.startedAt, timeZone)} (${duration(entry, now)})${entry.resolved === undefined ? `, last word ${moment(last?.at ?? entry.openedAt, timeZone)}` : `, resolved ${moment(entry.resolved.at, timeZone)}`}`,
  ].join("\n");
}

function missing(options: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === undefined || value.trim() === "" ? [`${name} is missing`] : []));
}

function severityProblems(severity: string | undefined): string[] {
  return severity === undefined || /^[1-4]$/.test(severity) ? [] : [`--severity is ${severity}: give 1 (critical), 2 (high), 3 (medium) or 4 (low)`];
}

function refuse(what: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new Problem(`${what}:`, [...problems, "--help shows every option"], usageExitCode);
}

/** 20m, 2h, 1h30m before now, or a time. */
function readSince(text: string, now: Date): string | undefined {
  const [, hours, minutes] = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?$/.exec(text) ?? [];
  if (hours !== undefined || minutes !== undefined) return new Date(now.getTime() - (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000).toISOString();
  // A number alone would be read as a year.
  return Number.isNaN(Date.parse(text)) || /^\d+$/.test(text) ? undefined : new Date(text).toISOString();
}

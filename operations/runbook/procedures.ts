import type { SystemFacts } from "../../config/facts";
import { systems } from "../../systems";
import { causes } from "../rollback/matrix";
import type { RunbookInput } from "./types";
import { bullets, code, commandOf, joined, shell, steps, table } from "./words";

/** mps.md, Rollback Decision Matrix, for every system: a guided command asks the same. */
export function decisionMatrix(stack: string, system = "<system>"): string {
  const command = commandOf(stack);
  return joined([
    table(["what is wrong", "what is done", "what to expect", "command"], Object.entries(causes).map(([name, { action, expect, issue }]) => [issue, action, expect, code(command(`rollback ${system} --because ${name}`))])),
    `Not sure? ${code(command(`rollback ${system}`))} shows what each earlier update would bring back, and asks.`,
  ]).trimEnd();
}

/** What is done to one system, by today's commands. */
export function procedures({ facts }: RunbookInput, { backup, id, migration, services }: SystemFacts): string {
  const command = commandOf(facts.stack);
  const spec = systems[id];
  const section = (title: string, ...parts: readonly string[]): string => joined([`### ${title}`, ...parts]).trimEnd();
  return joined([
    section("Deploy", shell([command(`deploy ${id} <version>`)]), bullets([
      "Before: health, free disk, policies, a backup that was verified; then the preview. After each step the critical flows are tried, and errors and times are watched (15 min; `--critical` 1 h).",
      "What fails is rolled back by itself, with the reason in the history. `--gradual 10,50,100 --step 5m` gives the new version a part of the visitors first.",
      ...(migration === undefined ? [] : [`Migration: ${code(migration)}; a backup is taken before it${spec.migration?.stagingFirst === true ? ", and production takes no version that staging has not run" : ""}.`]),
    ])),
    section("Roll back", decisionMatrix(facts.stack, id)),
    section("Restart, scale", shell([command(`restart ${id}`), command(`scale ${id} backend=${services.backend.replicas + 1}`)]), bullets([
      services.backend.replicas > 1 ? "One container after another: no request is dropped." : "With one backend, requests wait or fail for the seconds of the restart; the command says so first.", `${spec.services.backend.scale.why}.`,
    ])),
    section("Data", backup === undefined ? "**It is not backed up** (`stackbook:backups.enabled`)." : joined([
      `Backups at ${backup.at}${backup.everyHours === 24 ? "" : ` and every ${backup.everyHours} h`} (${facts.timeZone}): ${spec.backup.parts.join(", ")}; kept: ${kept(backup.retention)}.`,
      shell([command(`backup ${id}`), command(`backups list ${id}`), command(`verify latest --system ${id}`), command(`drill ${id}`), command(`restore latest --system ${id} --dry-run`)]),
      "A restore stops the backend, keeps a safety backup and puts it back when it fails; visitors get the maintenance page meanwhile.",
    ]).trimEnd()),
    section("Maintenance", shell([command(`maintenance on ${id} --for 30m --why "<why>"`), command(`maintenance off ${id}`)])),
    section("Secrets", shell([command(`rotate ${id} jwt`), command(`rotate ${id} database`)])),
    section("Emergency", shell([command(`emergency-stop ${id}`), command(`resume ${id}`)]), bullets([
      "Down within 10 s, also while an update is under way; data is not touched. `--isolate` cuts its networks and leaves the containers as evidence.",
      "Suspected breach: `emergency-stop --isolate`, then `evidence`, then `block` the addresses, `rotate --all`, and only then `resume`.",
    ])),
  ]).trimEnd();
}

function kept(retention: NonNullable<SystemFacts["backup"]>["retention"]): string {
  return Object.entries(retention).filter(([, { days }]) => days > 0).map(([tier, { days }]) => `${tier} ${days} days`).join(", ");
}

/** From the first alert to the last word about it. */
export function incidentSteps(stack: string): string {
  const command = commandOf(stack);
  return joined([
    steps([
      `Look: ${code(command("status"))}. The alert's own section on its system's page has the next command.`,
      "Decide: the matrix below. Down for 5 minutes after a restart, or errors above 5 %: roll back first, look for the reason afterwards.",
      "Tell people (severities below), every 30 minutes until it is over.",
      `Nobody can solve it: escalate (the system's page says to whom).`,
      "Over: resolve it, and write the post-mortem in the file under `incidents/`.",
    ]),
    shell([
      command('incident open --system <system> --severity 2 --issue "<what fails>" --impact "<who notices>" --eta "30 min"'),
      command('incident update --status "<what is being done>"'),
      command('incident resolve --resolution "<what helped>" --next-steps "<post-mortem>"'),
    ]),
  ]).trimEnd();
}

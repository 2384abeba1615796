import { checks, lists, routinesOf, type RoutineRow } from "../../routines";
import type { SystemId } from "../../systems";
import { bullets, commandOf, joined, shell, table } from "./words";

/** A system's lists: what the machine does, what a person is asked. */
export function routineSection(system: SystemId | "stack", stack: string): string {
  const blocks = lists.map((list) => [list, routinesOf(list, [system])] as const).filter(([, rows]) => rows.length > 0);
  const command = commandOf(stack);
  return joined(blocks.map(([list, rows]) => joined([`### ${list[0]?.toUpperCase() ?? ""}${list.slice(1)}`, shell([command(`check ${list} ${system}`)]), bullets(rows.map(describe))]).trimEnd())).trimEnd();
}

function describe({ assumed, done, on, runbook, title }: RoutineRow): string {
  const from = `${runbook.file}, "${runbook.section}"${assumed === true ? "; how often is ours" : ""}`;
  const when = on === undefined ? "" : ` (${on})`;
  return done.by === "machine" ? `${title}${when}: ${checks[done.check]}. [${from}]` : `${title}${when}, asked: ${done.question} [${from}]`;
}

/** How many items each list has. */
export function routineOverview(systems: readonly (SystemId | "stack")[], titles: (system: SystemId | "stack") => string): string {
  return table(["", ...lists], systems.map((system) => [titles(system), ...lists.map((list) => {
    const rows = routinesOf(list, [system]);
    const asked = rows.filter(({ done }) => done.by === "person").length;
    return rows.length === 0 ? "-" : `${rows.length}${asked === 0 ? "" : `, ${asked} of them asked`}`;
  })]));
}

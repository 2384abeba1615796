import type { SystemId } from "../../systems";
import { alertSection, rowsOf } from "./alerts";
import { indexPage } from "./indexPage";
import { stackPage } from "./stackPage";
import { systemPage } from "./systemPage";
import type { Pages, RunbookInput } from "./types";
import { pageOf } from "./words";

export type { Pages, RunbookInput } from "./types";

/** Every page of a stack's runbook, by file name: alerts link to `<system>.md#<alert>`. */
export function renderRunbook(input: RunbookInput): Pages {
  return {
    "index.md": indexPage(input),
    [pageOf("stack")]: stackPage(input),
    ...Object.fromEntries(input.facts.systems.map((system) => [pageOf(system.id), systemPage(input, system)])),
  };
}

/** One page; undefined: the stack has no such system. */
export function renderPage(input: RunbookInput, name: string): string | undefined {
  return renderRunbook(input)[name === "index" ? "index.md" : `${name}.md`];
}

/** One alert's section; undefined: there is no such alert. */
export function renderAlert(input: RunbookInput, system: SystemId | "stack", alert: string): string | undefined {
  const row = rowsOf(input, system).find(({ id }) => id === alert);
  return row === undefined ? undefined : alertSection(row, input);
}

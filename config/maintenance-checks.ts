import { systemIds } from "../systems";
import { formatNetwork, parseNetwork } from "./addresses";
import type { Checked, Report } from "./checks";
import { quote, type Path } from "./errors";
import { secondsOf } from "./instants";

/** What well-formed windows and lists of addresses still get wrong. That they are over is no mistake: time passes by itself. */
export function checkMaintenance({ raw }: Checked, report: Report): void {
  const lists: { readonly at: Path; readonly periods: NonNullable<typeof raw.maintenance> }[] = [
    { at: ["maintenance"], periods: raw.maintenance ?? [] },
    ...systemIds.map((id) => ({ at: ["systems", id, "maintenance"], periods: raw.systems?.[id]?.maintenance ?? [] })),
  ];
  for (const { at, periods } of lists) {
    for (const [index, { from, until }] of periods.entries()) {
      if (from !== undefined && until !== undefined && secondsOf(until) <= secondsOf(from)) report([...at, index, "until"], quote(until), `a time after ${from}`, `use a time after its from, ${from}`);
    }
  }
  const blocked = (raw.edge?.blocked ?? []).map((entry) => (typeof entry === "string" ? entry : entry.address));
  checkTwice(["edge", "blocked"], blocked, report);
  checkTwice(["edge", "bypass"], raw.edge?.bypass ?? [], report);
}

function checkTwice(at: Path, networks: readonly string[], report: Report): void {
  const seen = new Set<string>();
  for (const [index, text] of networks.entries()) {
    const name = formatNetwork(parseNetwork(text));
    if (seen.has(name)) report([...at, index], "given twice", "each once", "remove one of the two");
    seen.add(name);
  }
}

import { readBaseline, writeBaseline } from "../baseline/files";
import { changesText } from "../baseline/markdown";
import { compare } from "../baseline/compare";
import { measure } from "../baseline/measure";
import type { Baseline, Comparison } from "../baseline/types";
import type { Looking, Whose } from "../looking";
import type { Finding } from "../types";
import { periodText } from "../units";
import { unknown, type Check } from "./finding";

/** A day, whatever the list: that is what a baseline is recorded of. */
export const baselineHours = 24;

/** One measurement for all systems of a stack. */
function measured(looking: Looking): Promise<Baseline> {
  return looking.once("baseline", () => measure(looking.over(baselineHours)));
}

export const baselineCheck: Check = async (looking, system) => {
  const before = readBaseline(looking.folder, looking.stack.name);
  if (before === undefined) return unknown("no baseline is recorded", looking.command("check baseline --record"));
  return judge(compare(before, await measured(looking)), before, system, looking);
};

/** sms.md, Monthly Tasks: what the month before was is compared with, and what is now is recorded. */
export const baselineUpdate: Check = async (looking, system) => {
  const before = readBaseline(looking.folder, looking.stack.name);
  const now = await measured(looking);
  const own = now.systems.find((figures) => figures.system === system);
  if ((own?.requests ?? 0) < 1) return { verdict: "look", says: `nobody asked anything in ${periodText(baselineHours)}: nothing to record`, run: [looking.command("check baseline --record")] };
  const finding: Finding = before === undefined ? { verdict: "good", says: "the first one" } : judge(compare(before, now), before, system, looking);
  if (!looking.mayAct) return { ...finding, says: `not recorded (--look-only): ${finding.says}` };
  await looking.once("baseline written", () => Promise.resolve(writeBaseline(looking.folder, now)));
  return { ...finding, says: `recorded; ${finding.says}` };
};

function judge(all: readonly Comparison[], before: Baseline, system: Whose, looking: Looking): Finding {
  const own = all.filter((comparison) => system === "stack" || comparison.system === system);
  if (own.length === 0) return { verdict: "look", says: `the baseline of ${before.at.slice(0, 10)} has nothing to compare with`, run: [looking.command("check baseline --record")] };
  const counted = own.filter(({ verdict }) => verdict !== "too few");
  // Fewer requests are no fault of the system; alerts tell where they are.
  const worse = own.filter(({ figure, verdict }) => verdict === "worse" && figure !== "perSecond");
  const details = changesText(own);
  return {
    verdict: worse.length > 0 ? "bad" : details.some((line) => line.startsWith("worse")) ? "look" : "good", details,
    says: worse.length > 0 ? `${worse.length} of ${counted.length} figures are worse than on ${before.at.slice(0, 10)}: ${changesText(worse)[0] ?? ""}` : `${counted.length} figures are as on ${before.at.slice(0, 10)}${details.length > 0 ? `, but for ${details.length}` : ""}`,
    figures: [{ name: "worse figures", value: worse.length, unit: "count", worse: "up", limit: 0 }],
    ...(worse.length > 0 ? { run: [looking.command("check baseline"), looking.command("history")] } : {}),
  };
}

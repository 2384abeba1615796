import type { SystemId } from "../../systems";
import { tellChannels } from "../channels";
import type { Means } from "../change";
import { flowsOf } from "../deploy/prechecks";
import { smokeSetting } from "../deploy/login";
import { describeSmoke, failed, runSmoke } from "../smoke";
import { untruths } from "../truth";

/** Whether what runs now is what the record says, and works. @returns what is wrong, one line each */
export async function verify(means: Means, systems: readonly SystemId[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const system of systems) {
    wrong.push(...(await untruths(means.stack, means.engine, system)).map((what) => `what runs is not what the record says: ${what}`));
    const flows = flowsOf({ system }, means);
    if (flows.length === 0) continue;
    const results = await runSmoke(flows, await smokeSetting(means.stack, system));
    for (const line of describeSmoke(results)) means.say(line);
    wrong.push(...failed(results).map(({ flow, why = "" }) => `${system}: the smoke check "${flow}" fails: ${why}`));
  }
  return wrong;
}

/** D12: its end is told; the status agent tells of the change of versions by itself. */
export async function tell(means: Means, about: { readonly system: string | undefined; readonly title: string; readonly lines: readonly string[] }): Promise<void> {
  await tellChannels(means.stack, means.engine, { kind: "rollback", system: about.system ?? "stack", title: about.title, text: [...about.lines, `Who: ${means.context.who}`].join("\n") }, (line) => means.say(line));
}

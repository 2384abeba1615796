import { systemIds } from "../../systems";
import type { Found, StateRule } from "../rule";
import { placed } from "../view/backups";

/** Weekly (requirements, B6), and a day for it to take place. */
const mostDays = 8;

const day = 86_400_000;

export const drillRecent: StateRule = {
  name: "drill-recent",
  description: `In prod, the restore of every system was rehearsed within ${mostDays} days, and went well.`,
  why: "A backup that was never restored is a hope.",
  source: "B6",
  inDev: "disabled",
  checkState({ drills, environment, now, resources }) {
    if (environment !== "prod") return [];
    const backed = systemIds.filter((id) => placed(resources).some(({ container }) => container.system === id && container.role === "backup" && container.service === "backup"));
    if (drills === undefined) return backed.length === 0 ? [] : [{ problem: "nobody could say when restores were rehearsed; look at `npx stackbook status`, then ask again" }];
    return backed.flatMap((id): Found[] => {
      const last = drills[id];
      if (last === undefined) return [{ problem: `the restore of ${id} was never rehearsed; npx stackbook drill ${id}` }];
      const days = (now.getTime() - last.getTime()) / day;
      return days > mostDays ? [{ problem: `the restore of ${id} was last rehearsed ${Math.floor(days)} days ago; npx stackbook drill ${id}, and find out why the weekly one is not` }] : [];
    });
  },
};

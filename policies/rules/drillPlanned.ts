import type { Found, StackRule } from "../rule";
import { placed, toldAgents } from "../view/backups";

export const drillPlanned: StackRule = {
  name: "drill-planned",
  description: "Every system that is backed up rehearses its restore, by itself.",
  why: "A backup that was never restored is a hope.",
  source: "B6",
  inDev: "advisory",
  checkStack(resources) {
    // With a public key alone nothing can be opened here: who has the private one rehearses elsewhere. As long as nobody knows, nobody is blamed.
    const told = toldAgents(resources).filter(({ settings }) => settings.encryption?.kind !== "publicKey");
    const drills = placed(resources).filter(({ container: { role, service } }) => role === "backup" && service === "drill");
    return told.filter(({ resource }) => !resource.endsWith("-drill-config")).flatMap(({ resource, settings, system }): Found[] => {
      if (!drills.some(({ container }) => container.system === system)) return [{ resource, problem: `${system} has no drill agent; run one beside its backup agent (components/backup makes both)` }];
      return settings.drill === null ? [{ resource, problem: `the drill of ${system} has no time; give stackbook:backups.drill a day and an hour` }] : [];
    });
  },
};

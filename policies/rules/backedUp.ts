import type { Found, StackRule } from "../rule";
import { databases, placed, toldAgents } from "../view/backups";

export const backedUp: StackRule = {
  name: "backed-up",
  description: "Every database of a running system has a backup agent, which writes somewhere.",
  why: "What is not backed up is gone with its disk.",
  source: "B1, B2",
  inDev: "advisory",
  checkStack(resources) {
    const agents = placed(resources).filter(({ container: { role, service } }) => role === "backup" && service === "backup");
    const without = databases(resources).filter(({ container: { system } }) => !agents.some(({ container }) => container.system === system)).map(({ container: { system = "" }, resource }): Found => ({
      resource: resource.name, problem: `it has no backup; set stackbook:backups.enabled to true, and remove systems.${system}.backups.enabled`,
    }));
    const nowhere = toldAgents(resources).filter(({ settings }) => (settings.stores ?? []).length === 0).map(({ resource, system }): Found => ({
      resource, problem: `backups of ${system} are written nowhere; name a store under stackbook:backups.stores`,
    }));
    return [...without, ...nowhere];
  },
};

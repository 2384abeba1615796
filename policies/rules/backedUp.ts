import { retention } from "../../backups/retention";
import { systems, systemIds, type SystemId } from "../../systems";
import { dockerContainer, labelsOf } from "../rule";
import type { StackResource, StackRule } from "../stackRule";

const configFiles = "pulumi-nodejs:dynamic/stackbook:ConfigFiles";

/** B1, B2, X7: what runs is backed up, at least as often and for as long as its runbook says. */
export const backedUp: StackRule = {
  name: "backed-up",
  description: "Every database of a running system has a backup agent, which keeps backups at least as its runbook says.",
  check(resources) {
    return resources.filter((resource) => labelOf(resource, "role") === "database").flatMap((database) => {
      const system = labelOf(database, "system") ?? "";
      const agent = resources.find((resource) => labelOf(resource, "role") === "backup" && labelOf(resource, "service") === "backup" && labelOf(resource, "system") === system);
      if (agent === undefined) return [`${database.name} has no backup; set stackbook:backups.enabled to true, and remove systems.${system}.backups.enabled`];
      return settingsProblems(system, settingsOf(resources, system));
    });
  },
};

function labelOf({ props, type }: StackResource, label: string): string | undefined {
  return type === dockerContainer ? labelsOf(props)[`stackbook.${label}`] : undefined;
}

/** What of the agent's settings is looked at; a preview may not know them yet. */
interface Settings {
  readonly everyHours?: number;
  readonly retention?: Readonly<Record<string, { readonly days?: number } | undefined>>;
  readonly stores?: readonly unknown[];
}

function settingsOf(resources: readonly StackResource[], system: string): Settings | undefined {
  const files = resources.find(({ name, type }) => type === configFiles && name === `${system}-backup-config`)?.props["files"];
  const text = typeof files === "object" && files !== null ? (files as Record<string, unknown>)["backup.json"] : undefined;
  return typeof text === "string" ? (JSON.parse(text) as Settings) : undefined;
}

function settingsProblems(system: string, settings: Settings | undefined): string[] {
  const id = systemIds.find((known) => known === system);
  if (settings === undefined || id === undefined) return [];
  const stores = (settings.stores ?? []).length === 0 ? [`backups of ${id} are written nowhere; name a store under stackbook:backups.stores`] : [];
  return [...stores, ...shorter(id, settings), ...seldomer(id, settings)];
}

function shorter(id: SystemId, settings: Settings): string[] {
  return (["daily", "weekly", "monthly"] as const).flatMap((tier) => {
    const [least, days] = [retention[id][tier].days, settings.retention?.[tier]?.days ?? 0];
    return days >= least ? [] : [`${tier} backups of ${id} are kept for ${days} days, its runbook (${systems[id].runbook}) says ${least}; remove what systems.${id}.backups.kept says of them`];
  });
}

function seldomer(id: SystemId, { everyHours = 0 }: Settings): string[] {
  const most = systems[id].backup.everyHours;
  return everyHours > 0 && everyHours <= most ? [] : [`${id} is backed up every ${everyHours} hours, its runbook wants every ${most}; remove systems.${id}.backups.everyHours`];
}

import { machine, person } from "./rows";
import type { RoutineRow } from "./types";

const own = { system: "stack", runbook: { file: "docs/operations.md", section: "check" } } as const;

/** What all systems of a stack share, and no runbook of one system can see. */
export const stack: readonly RoutineRow[] = [
  { ...own, id: "containers", list: "daily", title: "Edge, monitoring, backup agents", done: machine("containers") },
  { ...own, id: "drift", list: "daily", title: "What runs is what is declared", done: machine("drift") },
  { ...own, id: "alerts", list: "daily", title: "Alerts that are on", done: machine("alertHistory") },
  { ...own, id: "disk", list: "daily", title: "Disks and backup stores", done: machine("disk") },
  { ...own, id: "certificate", list: "daily", title: "Certificates", done: machine("certificate") },

  { ...own, id: "delivery", list: "weekly", title: "Alerts reach people", done: machine("alertDelivery") },
  { ...own, id: "log-growth", list: "weekly", title: "Growth of logs", done: machine("logGrowth") },
  { ...own, id: "resources", list: "weekly", title: "CPU and memory of the host", done: machine("resources") },
  { ...own, id: "host-packages", list: "weekly", title: "Security patches of the host", done: machine("hostPackages") },
  { ...own, id: "images", list: "weekly", title: "Updates of images", done: machine("imageUpdates") },

  { ...own, id: "recovery-kit", list: "monthly", title: "Recovery kit", done: person("Is the recovery kit of today in two places that are neither this host nor beside the backups (npx stackbook recovery-kit)?", "secretAges") },
  { ...own, id: "dead-mans-switch", list: "monthly", title: "Dead man's switch", done: person("Does somebody outside really say so when the dead man's switch stays silent?", "alertDelivery") },
  { ...own, id: "contacts", list: "quarterly", title: "Contacts", done: person("Does everybody in the runbook's contacts still answer (npx stackbook runbook)?") },
];

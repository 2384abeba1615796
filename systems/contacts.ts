import type { SystemId } from "./types";

/** Whom the runbooks name, by role; who that is says each stack file (`contacts`). */
export const contactRoles = {
  onCall: "On-call engineer",
  teamLead: "Team lead",
  systemAdministrator: "System administrator",
  databaseAdministrator: "Database administrator",
  securityTeam: "Security team",
  developmentTeam: "Development team",
  infrastructure: "Infrastructure",
  technicalDirector: "Technical director",
  management: "Management",
  cloudProvider: "Cloud provider",
  dnsProvider: "DNS provider",
  certificateProvider: "Certificate provider",
  monitoringService: "Monitoring service",
} as const;

export type ContactRole = keyof typeof contactRoles;

export type Contacts = Readonly<Partial<Record<ContactRole, string>>>;

export interface RunbookContacts {
  readonly roles: readonly ContactRole[];
  /** Who is called next when the one before can't solve it. */
  readonly escalation: readonly ContactRole[];
}

export const runbookContacts: Readonly<Record<SystemId, RunbookContacts>> = {
  // mps.md, Emergency Contacts
  mps: { roles: ["systemAdministrator", "databaseAdministrator", "securityTeam", "developmentTeam"], escalation: [] },
  // fetms.md, Contact Information
  fetms: { roles: ["developmentTeam", "databaseAdministrator", "infrastructure"], escalation: ["onCall", "teamLead", "technicalDirector"] },
  // memo.md, Emergency Contacts and Contact Information
  memo: {
    roles: ["systemAdministrator", "databaseAdministrator", "securityTeam", "onCall", "cloudProvider", "dnsProvider", "certificateProvider", "monitoringService"],
    escalation: ["onCall", "systemAdministrator", "databaseAdministrator", "securityTeam", "management"],
  },
  // motel.md names nobody.
  motel: { roles: ["onCall"], escalation: [] },
  // sms.md, Contact Information: after this runbook, the alerts and the logs, the developer
  sms: { roles: ["systemAdministrator"], escalation: ["systemAdministrator"] },
};

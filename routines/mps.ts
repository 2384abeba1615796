import { machine, person, rowsOf } from "./rows";

/** mps.md, Maintenance Tasks. */
export const mps = rowsOf("mps", [
  { id: "health", list: "daily", section: "Daily Tasks", title: "System health", done: machine("health") },
  { id: "containers", list: "daily", section: "Daily Tasks", title: "Containers", done: machine("containers") },
  { id: "error-log", list: "daily", section: "Daily Tasks", title: "Error logs", done: machine("errorLog") },
  { id: "errors", list: "daily", section: "Daily Tasks", title: "Errors", done: machine("errors") },
  { id: "backup", list: "daily", section: "Daily Tasks", title: "Backup was made", done: machine("backupDone") },
  { id: "resources", list: "daily", section: "Daily Tasks", title: "Use of resources", done: machine("resources") },

  {
    id: "security-logs", list: "weekly", section: "Weekly Tasks", title: "Security logs",
    done: person("Are the failed logins and the entries of the audit log of this week explained?", "failedLogins", "activity"),
  },
  { id: "dependencies", list: "weekly", section: "Weekly Tasks", title: "Dependencies in dev", done: person("Were dependencies brought up to date in dev, and do its tests pass?") },
  { id: "performance", list: "weekly", section: "Weekly Tasks", title: "Performance", done: machine("responseTimes") },
  { id: "slow-queries", list: "weekly", section: "Weekly Tasks", title: "Slow operations of the database", done: machine("slowQueries") },
  { id: "capacity", list: "weekly", section: "Weekly Tasks", title: "Capacity", done: machine("capacity") },

  { id: "images", list: "monthly", section: "Monthly Tasks", title: "Security updates of images", done: machine("imageUpdates") },
  {
    id: "database", list: "monthly", section: "Monthly Tasks", title: "Database maintenance",
    done: person("Are indexes and slow operations looked through, and is what is no longer needed removed?", "slowQueries", "capacity"),
  },
  { id: "restore", list: "monthly", section: "Monthly Tasks", title: "Restore of a backup", done: machine("drill") },
  { id: "documentation", list: "monthly", section: "Monthly Tasks", title: "Documentation", done: person("Does the runbook still say what people do, and are its contacts right (npx stackbook runbook)?") },
  {
    id: "disaster-recovery", list: "monthly", section: "Monthly Tasks", title: "Disaster recovery",
    done: person("Was the stack recovered on another machine with the recovery kit (npx stackbook recover), or is the last time recent enough?", "drill", "backupKept"),
  },

  {
    id: "security-audit", list: "quarterly", section: "Quarterly Tasks", title: "Security audit",
    done: person("Was everything that the checks can't see audited too: accounts, rights, code, the host?", "policies", "webSecurity", "isolation", "secretAges"),
  },
  { id: "policies", list: "quarterly", section: "Quarterly Tasks", title: "Security rules of the stack", done: machine("policies") },
  { id: "web-security", list: "quarterly", section: "Quarterly Tasks", title: "What visitors are protected by", done: machine("webSecurity") },
  { id: "benchmark", list: "quarterly", section: "Quarterly Tasks", title: "Performance against the baseline", done: machine("baseline") },
  { id: "infrastructure", list: "quarterly", section: "Quarterly Tasks", title: "Infrastructure", done: person("Do host, limits and replicas still fit the load of this quarter?", "resources", "capacity", "traffic") },
  { id: "continuity", list: "quarterly", section: "Quarterly Tasks", title: "Business continuity", done: person("Was it rehearsed how work goes on while the system is away: who is told, who decides, where is the recovery kit?") },
]);

import { machine, person, rowsOf } from "./rows";

const regular = "Regular Maintenance Tasks";

/** memo.md: Regular Maintenance Tasks, Daily Security Checks, Weekly Security Tasks, User Access Review. */
export const memo = rowsOf("memo", [
  { id: "health", list: "daily", section: regular, title: "Service health", done: machine("health") },
  { id: "containers", list: "daily", section: regular, title: "Containers", done: machine("containers") },
  { id: "response-times", list: "daily", section: regular, title: "Dashboards: response times", done: machine("responseTimes") },
  { id: "errors", list: "daily", section: regular, title: "Dashboards: errors", done: machine("errors") },
  { id: "resources", list: "daily", section: regular, title: "Dashboards: resources", done: machine("resources") },
  { id: "backup", list: "daily", section: regular, title: "Backup was made", done: machine("backupDone") },
  { id: "error-log", list: "daily", section: regular, title: "Error logs", done: machine("errorLog") },
  { id: "failed-logins", list: "daily", section: "Daily Security Checks", title: "Authentication logs, failed logins", done: machine("failedLogins") },
  { id: "traffic", list: "daily", section: "Daily Security Checks", title: "Unusual traffic", done: machine("traffic") },
  { id: "alerts", list: "daily", section: "Daily Security Checks", title: "Security alerts", done: machine("alertHistory") },

  { id: "patches", list: "weekly", section: regular, title: "Security patches of images", done: machine("imageUpdates") },
  { id: "performance", list: "weekly", section: regular, title: "Performance", done: machine("responseTimes") },
  { id: "logs", list: "weekly", section: regular, title: "Old logs are gone", done: machine("logFiles") },
  { id: "restore", list: "weekly", section: regular, title: "Restore of a backup", done: machine("drill") },
  { id: "access-logs", list: "weekly", section: "Weekly Security Tasks", title: "Access logs of users", done: person("Is nothing suspicious among this week's logins and requests?", "failedLogins", "rateLimits") },
  { id: "certificate", list: "weekly", section: "Weekly Security Tasks", title: "Certificate", done: machine("certificate") },
  { id: "weaknesses", list: "weekly", section: "Weekly Security Tasks", title: "Scan for weaknesses", done: person("Did a scan of images and dependencies find nothing that is open?", "imageUpdates") },

  { id: "capacity", list: "monthly", section: regular, title: "Capacity", done: machine("capacity") },
  { id: "dependencies", list: "monthly", section: regular, title: "Dependencies", done: person("Were dependencies updated?") },
  { id: "security-audit", list: "monthly", section: regular, title: "Security audit", done: person("Was everything that the checks can't see audited too?", "policies", "webSecurity", "isolation", "secretAges") },
  { id: "rules", list: "monthly", section: regular, title: "Security rules of the stack", done: machine("policies") },
  {
    id: "disaster-recovery", list: "monthly", section: regular, title: "Disaster recovery",
    done: person("Was the stack recovered on another machine with the recovery kit (npx stackbook recover), or is the last time recent enough?", "drill", "backupKept"),
  },
  { id: "accounts", list: "monthly", section: "User Access Review", title: "Accounts", done: person("Are accounts and their rights reviewed, and those that nobody uses removed?") },
  { id: "credentials", list: "monthly", section: "Credential Management", title: "Passwords", assumed: true, done: person("Are the passwords that are due rotated (npx stackbook rotate)?", "secretAges") },

  { id: "benchmark", list: "quarterly", section: "Performance Issues", title: "Performance against the baseline", assumed: true, done: machine("baseline") },
  { id: "runbook", list: "quarterly", section: "Contact Information", title: "Runbook", assumed: true, done: person("Does the runbook still say what people do, and are its contacts right (npx stackbook runbook)?") },
]);

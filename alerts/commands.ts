import { systems, type SystemId } from "../systems";

/** What to run next, by name: rows say which, this file says how on Docker. Labels in braces are filled in when an alert fires. */
export type CommandId = keyof typeof makers;

export interface CommandContext {
  readonly stack: string;
  readonly system: SystemId | "stack";
  readonly engineHost?: string;
}

export function commandText(id: CommandId, context: CommandContext): string {
  return makers[id](new Shell(context));
}

/** Commands for the shell of whoever was woken, in the repository's folder. No `{{ }}`: that is the templates' own. */
class Shell {
  constructor(readonly context: CommandContext) {}

  get docker(): string {
    const { engineHost } = this.context;
    return engineHost === undefined || engineHost === "local" ? "docker" : `docker -H ${engineHost}`;
  }

  /** The last lines of a service, of containers that have ended too. */
  logs(service: string, system: string = this.context.system): string {
    return this.stackbook(`logs ${system} ${service} --tail 100`);
  }

  /** What should run and what does, then the log. */
  stateAndLogs(service: string): string {
    return `${this.stackbook(`status ${this.context.system}`)}; ${this.logs(service)}`;
  }

  stackbook(command: string): string {
    return `npx stackbook --stack ${this.context.stack} ${command}`;
  }

  part(service: string): string {
    return this.logs(service, "stack");
  }

  /** The edge's log of the last quarter of an hour, lines of this system that have `pattern`. */
  requests(pattern: string): string {
    return `${this.stackbook(`logs ${this.context.system} edge --since 15m --grep '${pattern}'`)} | tail -20`;
  }

  /** By our own `exec`, which knows passwords that were exchanged since the container was made. */
  sql(database: string, statement: string): string {
    return this.stackbook(`exec ${this.context.system} database -- sh -c 'PGPASSWORD=$POSTGRES_PASSWORD psql -U postgres -d ${database} -c "${statement}"'`);
  }

  mongo(script: string): string {
    const login = "const e = process.env, db = new Mongo(`mongodb://${e.MONGO_INITDB_ROOT_USERNAME}:${encodeURIComponent(e.MONGO_INITDB_ROOT_PASSWORD)}@127.0.0.1/admin`)";
    return this.stackbook(`exec ${this.context.system} database -- mongosh --quiet --norc --nodb --eval '${login}.getDB("${this.database}"); ${script}'`);
  }

  ask(promql: string): string {
    return this.stackbook(`metrics --query '${promql}'`);
  }

  /** On the engine's own machine. */
  onHost(command: string): string {
    const { engineHost = "" } = this.context;
    return engineHost.startsWith("ssh://") ? `ssh ${engineHost} '${command}'` : command;
  }

  get database(): string {
    const { system } = this.context;
    if (system === "stack") throw new Error("the stack has no database of its own; name a system's alert");
    return systems[system].database.name;
  }

  get engine(): "postgres" | "mongodb" {
    const { system } = this.context;
    if (system === "stack") throw new Error("the stack has no database of its own; name a system's alert");
    return systems[system].database.engine;
  }
}

const makers = {
  containers: (sh: Shell) => sh.stackbook(`status ${sh.context.system}`),
  serviceLogs: (sh: Shell) => sh.logs("{service}"),
  backendLogs: (sh: Shell) => sh.logs("backend"),
  /** Restarts are in the list, their reason is in the log. */
  containerLogs: (sh: Shell) => sh.stateAndLogs("{service}"),
  containerStats: (sh: Shell) => sh.stackbook(`metrics ${sh.context.system}`),
  failedRequests: (sh: Shell) => sh.requests('"status":5[0-9][0-9]'),
  refusedRequests: (sh: Shell) => sh.requests('"status":4[0-9][0-9]'),
  /** Half a second and more. */
  slowRequests: (sh: Shell) => sh.requests('"totalMs":([5-9][0-9][0-9]|[0-9]{4,})'),
  failedLogins: (sh: Shell) => sh.requests('"method":"POST".*"status":40[13]'),
  lastRequests: (sh: Shell) => sh.stackbook(`logs ${sh.context.system} edge --tail 20`),
  deprecatedRequests: (sh: Shell) => sh.requests('"deprecation":"[^-"]'),
  /** What was deployed lately; going back is `rollback`. */
  deploys: (sh: Shell) => sh.stackbook("history --limit 5"),
  databaseLogs: (sh: Shell) => sh.stateAndLogs("database"),
  databaseConnections: (sh: Shell) =>
    sh.engine === "postgres"
      ? sh.sql("postgres", "SELECT datname, usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC")
      : sh.mongo("printjson(db.serverStatus().connections)"),
  databaseQueries: (sh: Shell) =>
    sh.sql("postgres", "SELECT pid, now() - query_start AS running, state, wait_event_type, left(query, 80) AS query FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query_start IS NOT NULL ORDER BY query_start LIMIT 20"),
  databaseLocks: (sh: Shell) =>
    sh.sql("postgres", "SELECT pid, pg_blocking_pids(pid) AS waits_for, now() - query_start AS running, left(query, 80) AS query FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"),
  databaseReplicas: (sh: Shell) => sh.sql("postgres", "SELECT application_name, client_addr, state, replay_lag FROM pg_stat_replication"),
  slowStatements: (sh: Shell) =>
    sh.sql("postgres", "SELECT calls, round(mean_exec_time) AS mean_ms, round(total_exec_time) AS total_ms, left(query, 80) AS query FROM pg_stat_statements ORDER BY mean_exec_time DESC LIMIT 10"),
  slowOperations: (sh: Shell) => sh.mongo("printjson(db.getCollection(\"system.profile\").find().sort({ ts: -1 }).limit(10).toArray())"),
  cacheInfo: (sh: Shell) => sh.stackbook(`exec ${sh.context.system} cache -- redis-cli info`),
  cacheLogs: (sh: Shell) => sh.stateAndLogs("cache"),
  hostStats: (sh: Shell) => `${sh.onHost("uptime; free -m")}; ${sh.docker} stats --no-stream`,
  hostDisks: (sh: Shell) => `${sh.onHost("df -h -x tmpfs -x overlay")}; ${sh.docker} system df`,
  hostFiles: (sh: Shell) => sh.onHost("df -i -x tmpfs -x overlay"),
  hostKills: (sh: Shell) => sh.onHost("dmesg -T | grep -i 'killed process' | tail"),
  hostUptime: (sh: Shell) => sh.onHost("uptime -s; last -x reboot shutdown | head"),
  /** Its own lines, not those of visitors' requests. */
  edgeLogs: (sh: Shell) => `${sh.stackbook("status stack")}; ${sh.stackbook(`logs stack edge --since 1h --grep '^(?!.*"kind":"access")'`)} | tail -50`,
  certificates: (sh: Shell) => sh.ask("(probe_ssl_earliest_cert_expiry - time()) / 86400"),
  silentTargets: (sh: Shell) => sh.ask("up == 0"),
  failingChannels: (sh: Shell) => sh.part("alertmanager"),
  prometheusLogs: (sh: Shell) => sh.part("prometheus"),
  alertmanagerLogs: (sh: Shell) => sh.part("alertmanager"),
  collectorLogs: (sh: Shell) => sh.part("collector"),
  lokiLogs: (sh: Shell) => sh.part("loki"),
  mtailLogs: (sh: Shell) => sh.part("mtail"),
  statusLogs: (sh: Shell) => sh.part("status"),
  backupLogs: (sh: Shell) => sh.logs("backup"),
  drillLogs: (sh: Shell) => sh.logs("drill"),
  backupNow: (sh: Shell) => sh.stackbook(`backup ${sh.context.system} --tier daily`),
  backupList: (sh: Shell) => sh.stackbook(`backups list ${sh.context.system}`),
  backupVerify: (sh: Shell) => sh.stackbook(`verify latest --system ${sh.context.system}`),
  drillNow: (sh: Shell) => sh.stackbook(`drill ${sh.context.system}`),
  resume: (sh: Shell) => sh.stackbook(`resume ${sh.context.system}`),
  openAlerts: (sh: Shell) => sh.ask('ALERTS{alertstate="firing"}'),
} as const satisfies Readonly<Record<string, (sh: Shell) => string>>;

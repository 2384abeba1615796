import type { SystemId } from "../../systems";

/** Something that people see, and what to do about it: the runbooks' common issues, by today's commands. */
export interface Trouble {
  readonly seen: string;
  readonly systems: readonly SystemId[];
  readonly needsRedis?: true;
  /** The runbook's own section. */
  readonly from: string;
  /** Commands, after `npx stackbook --stack <name>`; `{id}` is the system's. */
  readonly look: readonly string[];
  readonly then: readonly string[];
}

const all: readonly SystemId[] = ["mps", "fetms", "memo", "motel", "sms"];

export const troubles: readonly Trouble[] = [
  {
    seen: "It does not start, or is started again and again", systems: all, from: "sms.md, Issue: Container Won't Start; memo.md, Application Won't Start; fetms.md, Issue: Port Already in Use",
    look: ["status {id}", "logs {id} --since 15m"],
    then: ["Wrong settings or secrets: `rollback {id} --config`.", "Since a deploy: `rollback {id} --code`.", "A port of the edge that is taken: the update says by whom; set `stackbook:edge.httpsPort`."],
  },
  {
    seen: "The database can't be reached", systems: all, from: "Database Connection Issues (mps.md, memo.md, motel.md); fetms.md, Issue: MongoDB Connection Refused",
    look: ["check daily {id}", "logs {id} database --since 1h", "db queries {id}"],
    then: ["It does not run: `restart {id} database`; read its last lines first (disk, memory).", "Connections are used up: end what hangs with `db queries {id} --kill <pid>`.", "It lets nobody in after a change of secrets: `rollback {id} --config`."],
  },
  {
    seen: "Slow answers", systems: all, from: "mps.md, Performance Issues; memo.md, High API Response Times; sms.md, High Alert: Slow Response Times",
    look: ["metrics {id}", "db queries {id}", "history"],
    then: ["Long queries: end them, then add the index that is missing.", "Since a deploy: `rollback {id} --because performance`.", "Much load: `scale {id} backend=2`, or higher `cpus` and `memoryMiB` in the stack file.", "A cache that misses: `metrics {id}` shows its hits."],
  },
  {
    seen: "Memory grows, or a container is killed for want of it", systems: all, from: "High Memory Usage (memo.md, motel.md, sms.md); fetms.md, Issue: Memory Leak",
    look: ["status {id}", "metrics {id}"],
    then: ["Now: `restart {id} backend` (one container after another).", "It grows steadily, whatever the load: a leak; `rollback {id} --code` if it is new.", "Otherwise: `systems.{id}.services.backend.memoryMiB` in the stack file, then `pulumi up`."],
  },
  {
    seen: "People can't log in; errors about tokens", systems: ["mps", "memo", "motel", "fetms", "sms"], from: "mps.md, Authentication Failures",
    look: ["logs {id} backend --since 1h", "status {id}"],
    then: ["Since a rotation: everybody logs in anew once.", "Sessions in Redis that can't be read: `cache flush {id}` logs everybody out.", "Many failed logins from few addresses: `block <cidr>`."],
  },
  {
    seen: "Real-time updates stop, \"Offline\" is shown", systems: ["motel"], from: "motel.md, WebSocket Connection Issues",
    look: ["logs motel backend --since 15m", "metrics motel"],
    then: ["No connection at all: the edge's route `/socket.io` (`status motel`).", "Connections that end in rows: a backend that restarts; see its log."],
  },
  {
    seen: "Queue jobs are not done, or the cache fails", systems: all, needsRedis: true, from: "motel.md, Redis Connection Issues",
    look: ["logs {id} cache --since 1h", "check daily {id}"],
    then: ["It does not run: `restart {id} cache`.", "It is full: what grows in it? `cache flush {id}` empties it; what it keeps is lost (sessions: everybody logs in anew; Motel's jobs)."],
  },
  {
    seen: "The browser says CORS policy", systems: all, from: "fetms.md, Issue: CORS Errors",
    look: ["check quarterly {id}"],
    then: ["The page's origin is missing: `systems.{id}.corsOrigins` in the stack file (scheme, host and port, never `*`), then `pulumi up`.", "FETMS's frontend asks another address: its API's address is baked into its image (`VITE_API_BASE_URL`), build it anew."],
  },
  {
    seen: "An upload is refused (413) or fails (500)", systems: ["fetms"], from: "fetms.md, Issue: File Upload Fails",
    look: ["check daily stack", "logs fetms backend --since 1h"],
    then: ["413: larger than `systems.fetms.maxBodyMiB` (10).", "500: the disk is full, or the volume of uploads can't be written to."],
  },
  {
    seen: "The dashboard takes more than 3 s", systems: ["fetms"], from: "fetms.md, Issue: Slow Dashboard Load",
    look: ["db queries fetms", "metrics fetms"],
    then: ["Operations over 100 ms without an index: add it (pipelineStage, school, projectId, email).", "`$match` first, `$project` only what is shown."],
  },
  {
    seen: "What was deleted still shows", systems: ["fetms"], from: "fetms.md, Issue: Soft Delete Not Working",
    look: ["history"],
    then: ["The application must leave out `isDeleted: true`: a fault of the version; report it, and `rollback fetms --code` if it is new."],
  },
  {
    seen: "The browser warns of the certificate", systems: all, from: "memo.md, SSL Certificate Issues",
    look: ["check weekly memo", "logs stack acme --since 3d"],
    then: ["ACME was refused: its log has the reason (DNS, port 80 closed, limits).", "Given certificates: set `edge:certificate` and `edge:privateKey` anew, then `pulumi up`."],
  },
];

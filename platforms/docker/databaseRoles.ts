import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseArgs } from "../platform";
import type { DockerContext } from "./context";
import { environment } from "./container";
import { labelMap } from "./labels";
import { Task } from "./tasks/task";

/*
 * The application's role is made by a Task, not by the image's first-start scripts: those run once,
 * with an empty volume; this runs whenever name or password change, and again after a failure.
 * Secrets come by environment; neither the command line nor the server's log shows them.
 *
 * The monitoring's login comes and goes with MONITOR_PASSWORD. It reads statistics and no rows. PostgreSQL's view
 * of statements is made in the database `postgres`, where it tells of all databases: in the application's own, its
 * dumps and its migrations' comparisons would contain it.
 */

const postgresScript = `
export PGPASSWORD="$ADMIN_PASSWORD" PGHOST=database PGUSER="$ADMIN_USER" PGDATABASE="$DATABASE" PGCONNECT_TIMEOUT=10
exec psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
\\getenv role ROLE
\\getenv password ROLE_PASSWORD
\\getenv database DATABASE
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \\gexec
ALTER ROLE :"role" WITH LOGIN PASSWORD :'password';
ALTER DATABASE :"database" OWNER TO :"role";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT ALL ON DATABASE :"database" TO :"role";
ALTER SCHEMA public OWNER TO :"role";
\\getenv monitor MONITOR_USER
\\getenv monitor_password MONITOR_PASSWORD
\\if :{?monitor_password}
  SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 5', :'monitor')
   WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'monitor') \\gexec
  ALTER ROLE :"monitor" WITH LOGIN PASSWORD :'monitor_password';
  GRANT pg_monitor TO :"monitor";
  GRANT CONNECT ON DATABASE :"database" TO :"monitor";
\\else
  SELECT format('DROP OWNED BY %1$I; DROP ROLE %1$I', rolname) FROM pg_roles WHERE rolname = :'monitor' \\gexec
\\endif
\\connect postgres
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SQL
`;

const mongoScript = `
exec mongosh --quiet --norc --host database --nodb --eval '
const { ADMIN_USER, ADMIN_PASSWORD, DATABASE, ROLE, ROLE_PASSWORD, MONITOR_USER, MONITOR_PASSWORD } = process.env;
const connection = new Mongo("mongodb://" + encodeURIComponent(ADMIN_USER) + ":" + encodeURIComponent(ADMIN_PASSWORD) + "@database:27017/admin");
const target = connection.getDB(DATABASE);
const roles = [{ role: "readWrite", db: DATABASE }, { role: "dbAdmin", db: DATABASE }];
if (target.getUser(ROLE) === null) target.createUser({ user: ROLE, pwd: ROLE_PASSWORD, roles });
else target.updateUser(ROLE, { pwd: ROLE_PASSWORD, roles });
const check = new Mongo("mongodb://" + encodeURIComponent(ROLE) + ":" + encodeURIComponent(ROLE_PASSWORD) + "@database:27017/" + DATABASE);
check.getDB(DATABASE).getCollectionNames();
const admin = connection.getDB("admin");
const monitorRoles = [{ role: "clusterMonitor", db: "admin" }, { role: "read", db: "local" }];
if (MONITOR_PASSWORD === undefined) { if (admin.getUser(MONITOR_USER) !== null) admin.dropUser(MONITOR_USER); }
else if (admin.getUser(MONITOR_USER) === null) admin.createUser({ user: MONITOR_USER, pwd: MONITOR_PASSWORD, roles: monitorRoles });
else admin.updateUser(MONITOR_USER, { pwd: MONITOR_PASSWORD, roles: monitorRoles });
'
`;

/** Of the monitoring, in every database alike. */
export const monitorUser = "stackbook_monitor";

export interface RoleArgs extends DatabaseArgs {
  readonly image: pulumi.Output<string>;
  readonly adminUser: string;
  readonly network: pulumi.Input<string>;
}

/** The application's login, owner of its one database and nothing else, and the monitoring's. */
export function createRole(context: DockerContext, name: string, args: RoleArgs, opts: pulumi.CustomResourceOptions): Task {
  const script = args.spec.engine === "postgres" ? postgresScript : mongoScript;
  return new Task(
    name,
    {
      host: context.host,
      image: args.image,
      command: ["bash", "-euc", script],
      env: environment({
        ADMIN_USER: args.adminUser,
        ADMIN_PASSWORD: args.adminPassword,
        DATABASE: args.spec.name,
        ROLE: args.spec.role,
        ROLE_PASSWORD: args.rolePassword,
        MONITOR_USER: monitorUser,
        ...(args.monitorPassword === undefined ? {} : { MONITOR_PASSWORD: args.monitorPassword }),
        HOME: "/tmp",
      }),
      networks: [args.network],
      user: "999:999",
      memoryMiB: 512,
      timeoutSeconds: 120,
      labels: labelMap(context.labels(args.system, "database-role", "task")),
      title: `${args.system}: roles in ${args.spec.name}`,
      ...context.idle(args.system),
      // A new volume is a new database, so the role is made again.
      triggers: [args.data.volume],
    },
    opts,
  );
}

import * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../../systems";
import type { DatabaseArgs } from "../platform";

/*
 * The application's role is made by a Task, not by the image's first-start scripts: those run once,
 * with an empty volume; this runs whenever name or password change, and again after a failure.
 * Secrets come by environment; the command line doesn't show them, nor the server's log, nor its statistics of statements.
 *
 * An application has two logins, of which one is in use: the role itself, and a second one that acts as the role. So
 * everything belongs to the role whoever is logged in, in a dump and after a restore as well; what a session made under
 * its own name all the same (SET ROLE NONE) is the role's when the logins change. The one that goes is ended by
 * databaseRetired.ts, when nobody uses it any more.
 *
 * Which of its passwords the administrator has depends on where an earlier update was cut off, and on whether the volume
 * is new: the first one that opens is taken, and the current one is set last.
 *
 * The monitoring's login comes and goes with MONITOR_PASSWORD. It reads statistics and no rows. PostgreSQL's view
 * of statements is made in the database `postgres`, where it tells of all databases: in the application's own, its
 * dumps and its migrations' comparisons would contain it.
 */

/** Statements of this session leave no trace: their text has passwords in it. */
export const postgresSilence = "-c log_statement=none -c log_min_error_statement=panic -c log_min_duration_statement=-1 -c pg_stat_statements.track=none";

export const postgresRoles = `
export PGHOST="\${DATABASE_HOST:-database}" PGUSER="$ADMIN_USER" PGDATABASE="$DATABASE" PGCONNECT_TIMEOUT=10 LOGIN="\${LOGIN:-$ROLE}" SECOND="\${ROLE}_b"
export PGOPTIONS="\${SILENCE-${postgresSilence}}"
for PGPASSWORD in "$ADMIN_PASSWORD" \${ADMIN_EARLIER:-}; do
  export PGPASSWORD
  if psql -X -q -c 'SELECT' >/dev/null 2>&1; then break; fi
done
exec psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
\\getenv role ROLE
\\getenv login LOGIN
\\getenv second SECOND
\\getenv password ROLE_PASSWORD
\\getenv database DATABASE
SELECT format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', name) FROM unnest(ARRAY[:'role', :'login']) name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) GROUP BY name \\gexec
-- An administrator who is no superuser, as a cloud gives one, acts for a role only as a member of it.
SELECT format('GRANT %I TO CURRENT_USER WITH INHERIT TRUE, SET TRUE', name) FROM unnest(ARRAY[:'role', :'login']) name
 WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) GROUP BY name \\gexec
SELECT :'login' = :'second' AS is_second \\gset
\\if :is_second
  GRANT :"role" TO :"login";
  ALTER ROLE :"login" SET ROLE :'role';
\\endif
SELECT format('REASSIGN OWNED BY %I TO %I', rolname, :'role') FROM pg_roles WHERE rolname = :'second' \\gexec
ALTER ROLE :"login" WITH LOGIN PASSWORD :'password';
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
SELECT count(pg_stat_statements_reset(userid, dbid, queryid)) FROM pg_stat_statements WHERE query ~* '^\\s*(CREATE|ALTER)\\s+(ROLE|USER)\\s' \\g /dev/null
\\getenv admin ADMIN_USER
\\getenv opened PGPASSWORD
\\getenv admin_password ADMIN_PASSWORD
SELECT :'opened' <> :'admin_password' AS is_outdated \\gset
\\if :is_outdated
  ALTER ROLE :"admin" WITH PASSWORD :'admin_password';
\\endif
SQL
`;

/** Opens a connection; a wrong password is an error here, not at its first use. */
export const mongoLogin = `
const login = (user, password, database) => {
  const connection = new Mongo("mongodb://" + encodeURIComponent(user) + ":" + encodeURIComponent(password) + "@" + (process.env.DATABASE_HOST || "database") + ":27017/" + database + (process.env.DATABASE_OPTIONS || ""));
  connection.getDB(database).runCommand({ connectionStatus: 1 });
  return connection;
};
`;

export const mongoRoles = `
exec mongosh --quiet --norc --host "\${DATABASE_HOST:-database}" --nodb --eval '
const { ADMIN_USER, ADMIN_PASSWORD, ADMIN_EARLIER = "", DATABASE, ROLE, LOGIN = ROLE, ROLE_PASSWORD, MONITOR_USER, MONITOR_PASSWORD } = process.env;
${mongoLogin}
const opens = (password) => {
  // In two steps: mongosh would not wait for what is returned at once, nor catch it.
  try { const open = login(ADMIN_USER, password, "admin"); return open; } catch (error) { if (error.code !== 18) throw error; }
};
let connection, opened;
for (opened of [ADMIN_PASSWORD].concat(ADMIN_EARLIER.split(" ").filter((password) => password !== ""))) if ((connection = opens(opened)) !== undefined) break;
if (connection === undefined) throw new Error("none of the passwords that ADMIN_USER ever had opens the database");
const target = connection.getDB(DATABASE);
const roles = [{ role: "readWrite", db: DATABASE }, { role: "dbAdmin", db: DATABASE }];
if (target.getUser(LOGIN) === null) target.createUser({ user: LOGIN, pwd: ROLE_PASSWORD, roles });
else target.updateUser(LOGIN, { pwd: ROLE_PASSWORD, roles });
login(LOGIN, ROLE_PASSWORD, DATABASE).getDB(DATABASE).getCollectionNames();
const admin = connection.getDB("admin");
const monitorRoles = [{ role: "clusterMonitor", db: "admin" }, { role: "read", db: "local" }];
if (MONITOR_PASSWORD === undefined) { if (admin.getUser(MONITOR_USER) !== null) admin.dropUser(MONITOR_USER); }
else if (admin.getUser(MONITOR_USER) === null) admin.createUser({ user: MONITOR_USER, pwd: MONITOR_PASSWORD, roles: monitorRoles });
else admin.updateUser(MONITOR_USER, { pwd: MONITOR_PASSWORD, roles: monitorRoles });
if (opened !== ADMIN_PASSWORD) admin.updateUser(ADMIN_USER, { pwd: ADMIN_PASSWORD });
'
`;

/** Of the monitoring, in every database alike. */
export const monitorUser = "stackbook_monitor";

/** Generated passwords have no spaces. */
export function inOne(passwords: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  return pulumi.all([...passwords]).apply((known) => known.join(" "));
}

/** The role itself, and after each exchange the other one. */
export function applicationLogin({ role }: Pick<DatabaseSpec, "role">, generation: number): string {
  return generation % 2 === 0 ? role : `${role}_b`;
}

/** What the script of roles is told, besides HOME. */
export function rolesEnvironment({ adminPassword, monitorPassword, rolePassword, spec }: DatabaseArgs, adminUser: string): Record<string, pulumi.Input<string>> {
  return {
    ADMIN_USER: adminUser,
    ADMIN_PASSWORD: adminPassword.current,
    ...(adminPassword.generation === 0 ? {} : { ADMIN_EARLIER: inOne(adminPassword.earlier) }),
    DATABASE: spec.name,
    ROLE: spec.role,
    ...(rolePassword.generation === 0 ? {} : { LOGIN: applicationLogin(spec, rolePassword.generation) }),
    ROLE_PASSWORD: rolePassword.current,
    MONITOR_USER: monitorUser,
    ...(monitorPassword === undefined ? {} : { MONITOR_PASSWORD: monitorPassword }),
  };
}

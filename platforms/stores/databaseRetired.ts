import { mongoLogin, postgresSilence } from "./databaseRoles";

/*
 * Logins that were exchanged end here, when the containers that held them have stopped: no new session opens with them,
 * those that are still open are ended, and then their passwords are tried. A server that lets one in fails the update,
 * and the next one does the same again.
 *
 * Of PostgreSQL's administrator every other session ends, as nobody can tell which password it came with; a backup that
 * is under way is one of them, and is taken again. MongoDB keeps an administrator's open connections; it ends those of
 * the application's user by itself, as the user is gone.
 */

export const postgresRetired = `
export PGHOST="\${DATABASE_HOST:-database}" PGUSER="$ADMIN_USER" PGDATABASE="$DATABASE" PGCONNECT_TIMEOUT=10 PGPASSWORD="$ADMIN_PASSWORD"
export PGOPTIONS="\${SILENCE-${postgresSilence}}"
psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
\\getenv goes GOES
\\getenv admin ADMIN_USER
SELECT format('ALTER ROLE %I WITH NOLOGIN PASSWORD NULL', rolname) FROM pg_roles WHERE rolname = :'goes' AND rolname <> :'admin' \\gexec
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = :'goes' AND backend_type = 'client backend' AND pid <> pg_backend_pid() \\g /dev/null
SQL
for password in $GOES_PASSWORDS; do
  if said=$(PGOPTIONS= PGUSER="$GOES" PGPASSWORD="$password" psql -X -q -w -c 'SELECT 1' 2>&1); then
    echo "$GOES still opens $DATABASE with a password that it had before" >&2; exit 1
  fi
  case "$said" in
    *'password authentication failed'*|*'is not permitted to log in'*) ;;
    *) echo "could not see whether an earlier password of $GOES is dead: $said" >&2; exit 1 ;;
  esac
done
`;

export const mongoRetired = `
exec mongosh --quiet --norc --host "\${DATABASE_HOST:-database}" --nodb --eval '
const { ADMIN_USER, ADMIN_PASSWORD, DATABASE, GOES, GOES_PASSWORDS } = process.env;
${mongoLogin}
const place = GOES === ADMIN_USER ? "admin" : DATABASE;
const users = login(ADMIN_USER, ADMIN_PASSWORD, "admin").getDB(place);
if (GOES !== ADMIN_USER && users.getUser(GOES) !== null) users.dropUser(GOES);
for (const password of GOES_PASSWORDS.split(" ")) {
  let isOpen = true;
  try { login(GOES, password, place); } catch (error) { if (error.code !== 18) throw error; isOpen = false; }
  if (isOpen) throw new Error(GOES + " still opens " + place + " with a password that it had before");
}
'
`;

#!/usr/bin/env bash
# Keeps the contract of the official postgres image: same variables, same first start, same refusals.
set -Eeo pipefail

fail() { printf 'Error: %s\n' "$*" >&2; exit 1; }

# from_file NAME [DEFAULT]: the variable, or the content of the file that NAME_FILE names.
from_file() {
  local name="$1" file="$1_FILE" value="${2:-}"
  [ -z "${!name:-}" ] || [ -z "${!file:-}" ] || fail "both $name and $file are set (but are exclusive)"
  if [ -n "${!name:-}" ]; then value="${!name}"; elif [ -n "${!file:-}" ]; then value="$(< "${!file}")"; fi
  export "$name=$value"
  unset "$file"
}

create_cluster() {
  local arguments=(--username="$POSTGRES_USER")
  [ -z "${POSTGRES_INITDB_WALDIR:-}" ] || arguments+=(--waldir "$POSTGRES_INITDB_WALDIR")
  # POSTGRES_INITDB_ARGS is a list of words, as in the official image.
  # The password comes by a pipe that lives as long as this one command.
  eval 'initdb "${arguments[@]}" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"${POSTGRES_INITDB_ARGS:-}"
  # The official image's defaults. The client tools were built to look for the socket in /tmp; a
  # place that can't be written is a warning only.
  printf "listen_addresses = '*'\nunix_socket_directories = '/var/run/postgresql,/tmp'\n" >> "$PGDATA/postgresql.conf"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
}

query() { psql -v ON_ERROR_STOP=1 --no-psqlrc --host /var/run/postgresql --username "$POSTGRES_USER" --no-password "$@"; }

# The first database and the scripts of /docker-entrypoint-initdb.d, on a server nobody else can reach.
first_start() {
  export PGPASSWORD="$POSTGRES_PASSWORD"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -c unix_socket_directories='/var/run/postgresql'" -w start
  if [ "$POSTGRES_DB" != postgres ]; then
    query --dbname postgres --quiet --set db="$POSTGRES_DB" <<< 'CREATE DATABASE :"db";'
  fi
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) query --dbname "$POSTGRES_DB" -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | query --dbname "$POSTGRES_DB" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD
}

main() {
  if [ "${1:0:1}" = '-' ]; then set -- postgres "$@"; fi
  if [ "$1" != postgres ]; then exec "$@"; fi
  for argument in "$@"; do
    case "$argument" in -\? | --help | --describe-config | -V | --version) exec "$@" ;; esac
  done

  mkdir -p "$PGDATA"
  if [ "$(id -u)" = 0 ]; then
    chown -R postgres:postgres "$PGDATA" /var/run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --clear-groups "$BASH_SOURCE" "$@"
  fi
  chmod 00700 "$PGDATA" || :

  from_file POSTGRES_PASSWORD
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "$POSTGRES_USER"
  from_file POSTGRES_INITDB_ARGS
  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ -z "$POSTGRES_PASSWORD" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
      fail 'Database is uninitialized and superuser password is not specified. Set POSTGRES_PASSWORD to a non-empty value.'
    fi
    create_cluster
    first_start
    printf '\nPostgreSQL init process complete; ready for start up.\n\n'
  else
    printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
  fi
  exec "$@"
}

main "$@"

#!/usr/bin/env bash
# As the official image's: options alone mean mongod, and MONGO_INITDB_ROOT_*_FILE names files.
set -Eeo pipefail

if [ "${1:0:1}" = '-' ]; then set -- mongod "$@"; fi
if [ "$1" != mongod ]; then exec "$@"; fi

if [ "$(id -u)" = 0 ]; then
  chown -R mongodb:mongodb /data/db
  exec setpriv --reuid=mongodb --regid=mongodb --clear-groups "$0" "$@"
fi
for name in MONGO_INITDB_ROOT_USERNAME MONGO_INITDB_ROOT_PASSWORD; do
  file="${name}_FILE"
  if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
    echo "error: both $name and $file are set (but are exclusive)" >&2
    exit 1
  fi
  if [ -n "${!file:-}" ]; then export "$name=$(< "${!file}")"; fi
  unset "$file"
done
exec "$@"

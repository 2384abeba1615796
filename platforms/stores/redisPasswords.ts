/*
 * The exchange of Redis' password while it runs: the new one opens beside the old one, and the old one ends when the
 * containers that knew it have stopped. Passwords go to Redis as hashes, by standard input.
 *
 * Redis doesn't end a connection whose password is gone, and doesn't say which password one came with. So all end but
 * those of the containers that run now: the backend's, and the backup agent's, whose snapshot may be under way.
 */

const common = `
hash() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
opens() { REDISCLI_AUTH="$1" redis-cli -h cache ping 2>/dev/null | grep -q PONG; }
must() {
  said=$(redis-cli -h cache)
  test "$said" = "$1" || { echo "Redis answered: $said" >&2; exit 1; }
}
`;

/** Which password Redis has depends on where an earlier update was cut off, and on whether its volume is new. */
export const redisPasswordAdded = `${common}
for known in $PASSWORD $EARLIER; do
  if opens "$known"; then
    export REDISCLI_AUTH="$known"
    printf 'ACL SETUSER default #%s\\nACL SAVE\\n' "$(hash "$PASSWORD")" | must "$(printf 'OK\\nOK')"
    exit 0
  fi
done
echo "none of the passwords that Redis ever had opens it" >&2
exit 1
`;

export const redisPasswordRetired = `${common}
export REDISCLI_AUTH="$PASSWORD"
printf 'ACL SETUSER default resetpass #%s\\nACL SAVE\\n' "$(hash "$PASSWORD")" | must "$(printf 'OK\\nOK')"
for known in $EARLIER; do
  if opens "$known"; then echo "Redis still opens with a password that it had before" >&2; exit 1; fi
done
stay=" 127.0.0.1 $(for host in $STAY; do getent ahostsv4 "$host" || true; done | cut -d' ' -f1 | sort -u | tr '\\n' ' ') "
redis-cli -h cache client list | tr ' ' '\\n' | while IFS== read -r name value; do
  case "$name" in
    id) id=$value ;;
    addr) address=\${value%:*} ;;
    # A replica, or the server that this one copies from: a restore is under way.
    flags) case "$value" in *[SM]*) ;; *) case "$stay" in *" $address "*) ;; *) echo "CLIENT KILL ID $id SKIPME yes" ;; esac ;; esac ;;
  esac
done | redis-cli -h cache >/dev/null
`;

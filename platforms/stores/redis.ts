import type { RedisSpec } from "../../systems";

/**
 * Who may do what, in a file on the data's volume: Redis takes several passwords for one user, and an exchange outlives
 * a restart. The health check has a user of its own, who can ask for a PONG and nothing else.
 */
const users = "/data/users.acl";
const firstUsers = `umask 077
hash=$(printf %s "$REDIS_PASSWORD" | sha256sum)
test -s ${users} || {
  printf 'user default on #%s ~* &* +@all\\nuser stackbook-health on nopass resetkeys resetchannels -@all +ping\\n' "\${hash%% *}" >${users}.new
  mv ${users}.new ${users}
}`;

/** For `sh -c`; it finds the password in REDIS_PASSWORD. */
export function redisStart(spec: RedisSpec): string {
  const maxMemoryMiB = Math.floor(spec.memoryMiB * 0.75); // the rest is for the copy-on-write of a snapshot
  const settings = [
    `--aclfile ${users}`,
    "--dir /data",
    `--appendonly ${spec.appendOnly ? "yes" : "no"}`,
    `--maxmemory ${maxMemoryMiB}mb`,
    // Sessions are not evicted silently: a full store is an error that is seen.
    "--maxmemory-policy noeviction",
  ].join(" ");
  return `${firstUsers}\nexec redis-server ${settings}`;
}

/** For a shell in the server's container. */
export const redisHealthcheck = "REDISCLI_AUTH=any redis-cli --user stackbook-health ping | grep -q PONG";

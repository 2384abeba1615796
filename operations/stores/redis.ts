import { Problem } from "../problem";
import { refused, within, type Server } from "./server";

const login = 'export REDISCLI_AUTH="${PASSWORD:-$REDIS_PASSWORD}"\n';

async function ask(server: Server, text: string, args: readonly string[] = [], timeoutSeconds?: number): Promise<string> {
  const ended = await within(server, `${login}${text}`, args, "", timeoutSeconds);
  // redis-cli ends well whatever the server says.
  if (ended.code !== 0 || /^(?:\(error\) )?(?:ERR|NOAUTH|WRONGPASS|NOPERM|READONLY|MISCONF|OOM|LOADING|BUSY|AUTH failed)\b/m.test(ended.out)) throw refused(server, `${server.system}'s Redis refused it`, ended);
  return ended.out.trim();
}

export async function keysIn(server: Server): Promise<number> {
  return number(await ask(server, "redis-cli DBSIZE"));
}

/** All of the one database that a system has. */
export async function flushAll(server: Server): Promise<number> {
  const before = await keysIn(server);
  await ask(server, "redis-cli FLUSHDB ASYNC");
  return before;
}

/** By and by, so that nobody waits: each round looks at a thousand keys, and takes out what fits. */
const rounds = `
round="local r = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000) local n = 0 for _, k in ipairs(r[2]) do n = n + redis.call('UNLINK', k) end return { r[1], n }"
pattern=$1 cursor=0 total=0
while :; do
  set -- $(redis-cli --raw EVAL "$round" 0 "$cursor" "$pattern")
  case "$1" in ''|*[!0-9]*) printf '%s\\n' "$*"; exit 1 ;; esac
  cursor=$1 total=$((total + $2))
  [ "$cursor" != 0 ] || break
done
echo "$total"
`;

export async function flushPattern(server: Server, pattern: string): Promise<number> {
  return number(await ask(server, rounds, [pattern], 3600));
}

/** How many there are, without touching them. */
export async function countPattern(server: Server, pattern: string): Promise<number> {
  return number(await ask(server, 'redis-cli --scan --pattern "$1" | wc -l', [pattern], 600));
}

function number(text: string): number {
  const value = Number(text.replace(/^\(integer\) /, ""));
  if (!Number.isInteger(value)) throw new Problem(`Redis answered ${text.slice(0, 100)} where a number was expected`);
  return value;
}

import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sums } from "./stage";

/** As docs/backups.md has it, with a server that nothing of Stackbook set up. */
const script = String.raw`
set -euo pipefail
export PGDATA=/work/pgdata PGHOST=/work HOME=/work
cd /work
initdb -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
pg_ctl -w -o "-k /work -c listen_addresses=''" -l /work/log start >/dev/null || { cat /work/log; exit 1; }
open() { gpg --homedir /work --batch --quiet --pinentry-mode loopback --passphrase-file /key/key --decrypt "$1"; }
open /set/database.dump.gpg > database.dump
createdb -U postgres plain
pg_restore -U postgres --no-owner --no-privileges --dbname plain --exit-on-error database.dump
open /set/redis.rdb.gpg | head -c 5 | grep -q REDIS
open /set/config.json.gpg | grep -q motel
open /set/checkpoint.json.gpg | grep -q '"deployment"'
for table in $(psql -U postgres -d plain -Atc "select table_name from information_schema.tables where table_schema = 'public' order by 1"); do
  psql -U postgres -d plain -Atc "select '$table', count(*)::text || ' ' || md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) from \"$table\" t"
done
`;

/** @returns rows and checksums of what gpg and pg_restore made of it */
export async function plainRecovery(image: string, set: string, passphrase: string): Promise<Sums> {
  const folder = mkdtempSync(join(tmpdir(), "stackbook-plain-"));
  try {
    writeFileSync(join(folder, "key"), passphrase);
    chmodSync(folder, 0o755);
    chownSync(join(folder, "key"), 1000, 1000);
    const flags = ["run", "--rm", "--network", "none", "--user", "1000:1000", "--tmpfs", "/work:uid=1000,mode=700,exec", "-v", `${set}:/set:ro`, "-v", `${folder}:/key:ro`, "--entrypoint", "bash"];
    const out = await new Promise<string>((resolve, reject) => {
      execFile("docker", [...flags, image, "-c", script], (error, text, err) => (error === null ? resolve(text) : reject(new Error(`${err}\n${text}`))));
    });
    return Object.fromEntries(out.trim().split("\n").map((line) => line.split("|") as [string, string]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

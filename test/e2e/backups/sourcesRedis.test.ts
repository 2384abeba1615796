import assert from "node:assert/strict";
import { differences } from "../../../agents/backup/src/sources/types";
import type { Manifest, TableFact } from "../../../backups/manifest";
import { docker, imageOf, until } from "../reference-app/docker";
import { passwords, request, settingsFor, Workshop } from "./support/sources";

describe("Redis as a source of backups", function () {
  this.timeout(180_000);
  const shop = new Workshop("postgres", ["--memory", "256m"]);
  const settings = settingsFor("postgres", { redis: { host: "cache", port: 6379, appendOnly: true } });
  const base = { part: "redis", settings } as const;
  let server: string;
  let facts: readonly TableFact[];
  let manifest: Manifest;

  const redis = (...command: string[]): Promise<string> => docker("exec", "-e", `REDISCLI_AUTH=${passwords["redis-password"]}`, server, "redis-cli", ...command);
  const step = (op: "swap" | "revert" | "clean", id: string): Promise<unknown> => shop.call({ ...base, op, request: request(id) });
  const prepare = async (id: string, file = "/work/one.rdb"): Promise<readonly TableFact[]> => {
    await shop.call({ ...base, op: "prepare", file, manifest, request: request(id) });
    return shop.call({ ...base, op: "facts", request: request(id) });
  };
  const ready = (): Promise<string> => until("Redis", 30, () => redis("PING"), (answer) => answer === "PONG");

  before(async () => {
    await shop.open();
    server = await shop.stage.start("cache", {
      image: imageOf("redis"), environment: { REDIS_PASSWORD: passwords["redis-password"] }, flags: ["--entrypoint", "sh"],
      command: ["-c", 'exec redis-server - --appendonly yes --dir /data --maxmemory-policy noeviction <<END\nrequirepass "$REDIS_PASSWORD"\nEND\n'],
    });
    await ready();
  });
  after(() => shop.close());

  it("is empty before the first key, and not after it", async () => {
    assert.equal(await shop.call({ ...base, op: "empty" }), true);
    await redis("EVAL", `
      for i = 1, 2000 do redis.call('SET', 'session:' .. i, string.rep('token ' .. i .. ' ', i % 50)) end
      for i = 1, 300 do redis.call('HSET', 'big', 'field' .. i, string.rep('v', i)); redis.call('SADD', 'bigset', 'm' .. i); redis.call('ZADD', 'bigz', i / 3, 'z' .. i); redis.call('RPUSH', 'biglist', string.rep('l', i * 40)) end
      redis.call('HSET', 'small', 'a', '1', 'b', '-2', 'c', '70000', 'd', '-5000000000', 'e', string.rep('x', 60)); redis.call('SADD', 'ints', 1, -2, 70000, 5000000000); redis.call('SADD', 'words', 'b', 'a', '12')
      redis.call('ZADD', 'smallz', '1.5', 'x', '-inf', 'y', '3', 'z'); redis.call('RPUSH', 'list', 'a', '1', '-1', '127', '128', '-4096', '4095', '32767', '-32769', '8388607', '2147483648', string.rep('y', 5000))
      redis.call('SET', 'n1', 12); redis.call('SET', 'n2', -3000); redis.call('SET', 'n3', 1234567); redis.call('SET', 'n4', '9007199254740993'); redis.call('SET', 'long', string.rep('abcabcabd', 20000)); redis.call('SET', 'binary', '\\0\\255\\r\\n')
      redis.call('SET', 'kept', 'x', 'EX', 100000); redis.call('SET', 'brief', 'x', 'PX', 12000)
      redis.call('XADD', 'stream', '1-1', 'f', 'v'); redis.call('XADD', 'stream', '1-2', 'f', 'w'); redis.call('XGROUP', 'CREATE', 'stream', 'g', '0'); redis.call('XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 1, 'STREAMS', 'stream', '>')
      redis.call('SELECT', 3); redis.call('SET', 'elsewhere', 'x')`, "0");
    await redis("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
    assert.equal(await shop.call({ ...base, op: "empty" }), false);
  });

  it("dumps, counts and says its versions", async () => {
    const versions = await shop.call<Record<string, string>>({ ...base, op: "versions" });
    assert.match(versions["redis"] ?? "", /^7\./);
    facts = (await shop.call<{ facts: readonly TableFact[] }>({ ...base, op: "dump", file: "/work/one.rdb" })).facts;
    manifest = shop.manifest(settings, { redis: "one.rdb" }, versions);
    assert.deepEqual(facts.map(({ name, rows }) => [name, rows]), [["keys", 2019]]);
    assert.equal(await shop.run("sh", "-c", "ls -A /scratch /data | grep rdb || true"), "");
  });

  it("writes a snapshot that redis-server alone loads", async () => {
    const plain = await shop.run("sh", "-c", "mkdir /tmp/plain && cp /work/one.rdb /tmp/plain/dump.rdb && (redis-server --dir /tmp/plain --port 7001 --save '' > /tmp/plain/log & for i in 1 2 3 4 5 6 7 8 9; do sleep 0.3; redis-cli -p 7001 ping 2>/dev/null | grep -q PONG && break; done; redis-cli -p 7001 hget small d; redis-cli -p 7001 shutdown nosave)");
    assert.deepEqual(plain.trim().split("\n").map((line) => line.trim()), ["-5000000000"]);
  });

  it("has the same checksum whatever order and form the same content has, and another for any other", async () => {
    await until("the brief key's end", 20, () => redis("EXISTS", "brief"), (answer) => answer === "0");
    const live = async (): Promise<TableFact | undefined> => (await shop.call<readonly TableFact[]>({ ...base, op: "facts", request: request("none") }))[0];
    const before = await live();
    await redis("CONFIG", "SET", "hash-max-listpack-entries", "1", "set-max-intset-entries", "1", "zset-max-listpack-entries", "1", "list-max-listpack-size", "1");
    await redis("EVAL", `
      for _, key in ipairs({'small', 'smallz', 'ints', 'words', 'list'}) do
        if redis.call('TYPE', key).ok == 'hash' then local all = redis.call('HGETALL', key); redis.call('DEL', key); for i = #all - 1, 1, -2 do redis.call('HSET', key, all[i], all[i + 1]) end end
        if redis.call('TYPE', key).ok == 'set' then local all = redis.call('SMEMBERS', key); redis.call('DEL', key); for i = #all, 1, -1 do redis.call('SADD', key, all[i]) end end
        if redis.call('TYPE', key).ok == 'zset' then local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'); redis.call('DEL', key); for i = #all - 1, 1, -2 do redis.call('ZADD', key, all[i + 1], all[i]) end end
        if redis.call('TYPE', key).ok == 'list' then local all = redis.call('LRANGE', key, 0, -1); redis.call('DEL', key); for i = 1, #all do redis.call('RPUSH', key, all[i]) end end
      end`, "0");
    assert.deepEqual(await live(), before);
    for (const [change, back] of [[["HSET", "small", "a", "2"], ["HSET", "small", "a", "1"]], [["ZADD", "smallz", "1.25", "x"], ["ZADD", "smallz", "1.5", "x"]], [["LSET", "list", "1", "2"], ["LSET", "list", "1", "1"]], [["RENAME", "n1", "n9"], ["RENAME", "n9", "n1"]], [["PERSIST", "kept"], undefined]] as const) {
      await redis(...change);
      assert.notDeepEqual(await live(), before, change.join(" "));
      if (back !== undefined) await redis(...back);
    }
  });

  it("brings everything back, keys whose time was over when it was counted included, and writes the log anew", async () => {
    await redis("FLUSHALL");
    await redis("SET", "intruder", "x");
    assert.deepEqual(await shop.call({ ...base, op: "check", manifest, request: request("one") }), { replaces: [{ name: "keys", rows: 1 }] });
    assert.deepEqual(differences(facts, await prepare("one")), []);
    assert.equal(await redis("GET", "intruder"), "x", "nothing live was touched");
    await step("swap", "one");
    assert.deepEqual([await redis("EXISTS", "intruder"), await redis("HGET", "small", "d"), await redis("-n", "3", "GET", "elsewhere"), await redis("TTL", "session:1"), await redis("FCALL", "f", "0")], ["0", "-5000000000", "x", "-1", "1"]);
    assert.ok(Number(await redis("TTL", "kept")) > 90_000);
    assert.equal(await redis("EXISTS", "brief"), "0");
    assert.match(await redis("INFO", "replication"), /role:master/);
    assert.deepEqual([await redis("CONFIG", "GET", "appendonly"), await redis("CONFIG", "GET", "masterauth")], ["appendonly\nyes", "masterauth"]);
    await docker("kill", server);
    await docker("start", server);
    await ready();
    assert.equal(await redis("DBSIZE"), "2017");
  });

  it("puts back what was there before, again and again, and leaves no file", async () => {
    await step("revert", "one");
    assert.equal(await redis("GET", "intruder"), "x");
    await step("revert", "one");
    assert.equal(await redis("DBSIZE"), "1");
    await step("swap", "one");
    await step("swap", "one");
    assert.equal(await redis("DBSIZE"), "2017");
    await step("clean", "one");
    await step("clean", "one");
    assert.equal(await shop.run("sh", "-c", "ls -A /scratch"), "");
  });

  it("refuses a newer server's snapshot, and fails on a cut or damaged one with nothing touched", async () => {
    await assert.rejects(shop.call({ ...base, op: "check", manifest: { ...manifest, versions: { redis: "7.4.0" } }, request: request("x") }), /of Redis 7\.4\.0, the server is 7\.0/);
    await shop.run("sh", "-c", "head -c 5000 /work/one.rdb > /work/cut.rdb; (head -c 5000 /work/one.rdb; head -c 100 /dev/zero; tail -c +5101 /work/one.rdb) > /work/torn.rdb");
    for (const file of ["cut", "torn"]) await assert.rejects(prepare(file, `/work/${file}.rdb`), /redis-server ended with/);
    assert.equal(await redis("DBSIZE"), "2017");
    assert.equal(await shop.run("sh", "-c", "ls -A /scratch; cat /proc/[0-9]*/comm | grep redis || true"), "");
  });

  it("is drilled in a container without a network", async () => {
    const alone = await shop.startAgent("drill", ["--memory", "256m"]);
    await docker("network", "disconnect", shop.stage.name, alone);
    const drilled = await shop.call<{ facts: { redis: readonly TableFact[] } }>({ ...base, op: "drill", manifest, files: { redis: "/work/one.rdb" } }, alone);
    assert.deepEqual(differences(facts, drilled.facts.redis), []);
    assert.equal(await docker("exec", alone, "sh", "-c", "ls -A /scratch; cat /proc/[0-9]*/comm | grep redis || true"), "");
  });

  it("ends with an error when the server is gone", async () => {
    await docker("kill", server);
    await assert.rejects(shop.call({ ...base, op: "dump", file: "/work/dead.rdb" }), /redis-cli ended with/);
    await docker("start", server);
    await ready();
    assert.equal((await shop.call<{ facts: readonly TableFact[] }>({ ...base, op: "dump", file: "/work/two.rdb" })).facts[0]?.rows, 2018);
  });
});

import * as assert from "node:assert/strict";
import { MongoClient } from "mongodb";
import { metrics, type Job } from "../../../alerts/metrics";
import { renderPostgresQueries } from "../../../components/monitoring/postgresQueries";
import { image, TestContainer, type ContainerOptions } from "./support";

/** Beside the store in its network, so that no name has to be found and no port is open but for us. */
const beside = (store: TestContainer): readonly string[] => ["--network", `container:${store.name}`];

async function scrape(store: TestContainer, port: number, whole: RegExp): Promise<Map<string, number>> {
  let text = "";
  for (const end = Date.now() + 60_000; !whole.test(text); await new Promise((wake) => setTimeout(wake, 250))) {
    if (Date.now() > end) throw new Error(`no ${whole} in\n${text.slice(0, 3000)}`);
    text = await fetch(`http://127.0.0.1:${await store.port(port)}/metrics`, { signal: AbortSignal.timeout(15_000) }).then((response) => response.text()).catch(String);
  }
  const samples = [...text.matchAll(/^([a-z_]\w*(?:\{[^}]*\})?) (\S+)/gim)].map(([, series = "", value]) => [series.replace(/(?:cl_id|cl_role|rs_nm|rs_state)="[^"]*",?/g, "").replace(/,?\{\}|,(?=\})/g, ""), Number(value)] as const);
  return new Map(samples);
}

/** What alerts and dashboards may name of a job, without what is absent on a healthy server. */
function holdsAll(series: Map<string, number>, job: Job): void {
  const names = new Set([...series.keys()].map((name) => name.replace(/\{.*/, "")));
  const wanted = metrics.filter((metric) => metric.job === job && metric.mayBeAbsent === undefined).map(({ name }) => name);
  assert.ok(wanted.length > 5, job);
  assert.deepEqual(wanted.filter((name) => !names.has(name)), []);
}

describe("the exporters, beside the images of their stores", function () {
  this.timeout(180_000);
  const running: TestContainer[] = [];
  const start = async (name: string, options: ContainerOptions): Promise<TestContainer> => {
    const container = await TestContainer.start(await image(name), options);
    running.unshift(container);
    return container;
  };
  after(() => Promise.all(running.map((container) => container.remove())));

  it("PostgreSQL's serves every metric of the inventory, through our own queries", async () => {
    const store = await start("postgres", {
      user: "999:999", data: "/var/lib/postgresql/data", tmpfs: ["/var/run/postgresql"], flags: ["-p", "127.0.0.1::9187"],
      env: { POSTGRES_USER: "postgres", POSTGRES_PASSWORD: "secret", POSTGRES_DB: "motel", PGDATA: "/var/lib/postgresql/data/pgdata" },
      command: ["postgres", "-c", "shared_preload_libraries=pg_stat_statements"],
    });
    const env = { PGPASSWORD: "secret" };
    await store.ready(["psql", "-h", "127.0.0.1", "-U", "postgres", "-c", "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", "postgres"], env);
    await store.mustExec(["psql", "-h", "127.0.0.1", "-U", "postgres", "-c", "SELECT 1", "motel"], env);
    await start("postgresExporter", {
      user: "65534:65534", flags: beside(store), entrypoint: "sh",
      env: { DATA_SOURCE_URI: "127.0.0.1:5432/postgres?sslmode=disable", DATA_SOURCE_USER: "postgres", DATA_SOURCE_PASS: "secret", QUERIES: renderPostgresQueries("motel") },
      command: ["-c", 'printf %s "$QUERIES" > /tmp/queries.yaml; exec postgres_exporter --extend.query-path=/tmp/queries.yaml --disable-default-metrics --disable-settings-metrics'],
    });
    const series = await scrape(store, 9187, /^stackbook_postgres_connections/m);
    holdsAll(series, "postgres");
    assert.equal(series.get("pg_up"), 1);
  });

  it("MongoDB's serves every metric of the inventory: the real exporter before the stand-in", async () => {
    const store = await start("mongodb", {
      user: "999:999", data: "/data/db", tmpfs: ["/data/configdb"], flags: ["-p", "127.0.0.1::27017", "-p", "127.0.0.1::9216", "-m", "384m"],
      env: { MONGO_INITDB_ROOT_USERNAME: "root", MONGO_INITDB_ROOT_PASSWORD: "secret" },
      // Everything is slow, so that what is slow can be counted.
      command: ["mongod", "--profile", "1", "--slowms", "-1"],
    });
    await store.ready(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/27017"]);
    const client = await new MongoClient(`mongodb://root:secret@127.0.0.1:${await store.port(27017)}/?directConnection=true`).connect();
    try {
      const roles = [{ role: "clusterMonitor", db: "admin" }, { role: "read", db: "local" }];
      await client.db("admin").command({ createUser: "monitor", pwd: "secret", roles });
      await client.db("memo").collection<{ title: string }>("notes").insertMany([{ title: "one" }, { title: "two" }, { title: "three" }]);
      await client.db("memo").collection("notes").updateOne({ title: "one" }, { $set: { title: "1" } });
      await client.db("memo").collection("notes").deleteOne({ title: "two" });
      await client.db("memo").collection("notes").find().toArray();
      await assert.rejects(client.db("memo").command({ noSuchCommand: 1 }));
      await start("mongodbExporter", {
        user: "65535:65535", flags: beside(store),
        env: { MONGODB_URI: "mongodb://127.0.0.1:27017/admin", MONGODB_USER: "monitor", MONGODB_PASSWORD: "secret" },
        command: ["--collector.diagnosticdata", "--collector.dbstats", "--collector.profile", "--collector.profile-time-ts=30"],
      });
      const series = await scrape(store, 9216, /^mongodb_ss_opcounters/m);
      holdsAll(series, "mongodb");
      const operations = ["insert", "update", "delete", "query"].map((name) => series.get(`mongodb_ss_opcounters{legacy_op_type="${name}"}`));
      assert.deepEqual(operations.slice(0, 3), [3, 1, 1]);
      assert.ok(Number(operations[3]) >= 1);
      assert.ok(Number(series.get('mongodb_ss_connections{conn_type="current"}')) >= 2);
      assert.ok(Number(series.get('mongodb_ss_connections{conn_type="available"}')) > 1000);
      assert.ok(Number(series.get('mongodb_ss_asserts{assert_type="user"}')) >= 1);
      assert.equal(series.get('mongodb_dbstats_objects{database="memo"}') ?? 0, 2);
      assert.ok(Number(series.get('mongodb_profile_slow_query_count{database="memo"}')) >= 4);
    } finally {
      await client.close();
    }
  });

  it("Redis's serves every metric of the inventory", async () => {
    const store = await start("redis", { user: "999:999", data: "/data", flags: ["-p", "127.0.0.1::9121"], command: ["redis-server", "--requirepass", "secret"] });
    await store.ready(["sh", "-c", "redis-cli set key value"], { REDISCLI_AUTH: "secret" });
    await store.mustExec(["redis-cli", "get", "key"], { REDISCLI_AUTH: "secret" });
    await start("redisExporter", { user: "59000:59000", flags: beside(store), env: { REDIS_ADDR: "redis://127.0.0.1:6379", REDIS_PASSWORD: "secret" } });
    const series = await scrape(store, 9121, /^redis_up 1$/m);
    holdsAll(series, "redis");
    assert.equal(series.get("redis_keyspace_hits_total"), 1);
  });
});

import { spawn } from "node:child_process";
import { docker, imageOf, until, type Stage } from "../../reference-app/docker";
import { passwords } from "./sources";

/** A PostgreSQL as the platform runs it, to be reached as `database`. */
export class Postgres {
  private name = "";
  constructor(private readonly stage: Stage) {}

  async start(): Promise<void> {
    this.name = await this.stage.start("database", {
      image: imageOf("postgres"),
      environment: { POSTGRES_PASSWORD: passwords["database-password"], POSTGRES_USER: "postgres", POSTGRES_DB: "motel manager" },
      command: ["postgres", "-c", "max_connections=40"],
    });
    await this.ready();
  }

  ready(): Promise<unknown> {
    return until("PostgreSQL", 60, () => this.sql("SELECT 1", "postgres"));
  }

  /** By network, as the temporary server of the first start has none. */
  sql(sql: string, database = "motel manager", user = "postgres"): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn("docker", ["exec", "-i", "-e", `PGPASSWORD=${passwords["database-password"]}`, this.name,
        "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", user, "-d", database], { stdio: ["pipe", "pipe", "pipe"] });
      let [output, words] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
      child.once("close", (code) => (code === 0 ? resolve(output.trim()) : reject(new Error(words || output))));
      child.stdin.end(sql);
    });
  }

  async killAndRestart(): Promise<void> {
    await docker("kill", this.name);
    await docker("start", this.name);
    await this.ready();
  }
}

/** Rows of every type and shape that a dump has to keep, with names nobody should choose. */
export const seed = `
CREATE ROLE "app's ""owner""" LOGIN PASSWORD 'x';
CREATE ROLE reader NOLOGIN;
ALTER DATABASE "motel manager" OWNER TO "app's ""owner""";
REVOKE ALL ON DATABASE "motel manager" FROM PUBLIC;
GRANT CONNECT ON DATABASE "motel manager" TO reader;
ALTER DATABASE "motel manager" SET search_path TO "$user", public;
ALTER DATABASE "motel manager" SET work_mem TO '5MB';
ALTER SCHEMA public OWNER TO "app's ""owner""";
SET ROLE "app's ""owner""";
CREATE TYPE mood AS ENUM ('gut', 'schlecht');
CREATE TYPE address AS (street text, "house number" int);
CREATE DOMAIN percent AS numeric(5, 2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE rooms (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number serial, name text NOT NULL UNIQUE, price numeric(12, 4), picture bytea, facts jsonb, raw json, tags text[], moods mood[],
  since timestamptz, day date, span interval, ip inet, uid uuid, place point, part percent, addr address, ratio double precision, small real, flag boolean, bits bit(5), search tsvector, ranges int4range, cash money,
  doubled numeric GENERATED ALWAYS AS (price * 2) STORED);
INSERT INTO rooms (name, price, picture, facts, raw, tags, moods, since, day, span, ip, uid, place, part, addr, ratio, small, flag, bits, search, ranges, cash)
SELECT 'Zimmer "' || i || E'" ü\\\\\\n\\t''🚪', i * 1.0001, decode(repeat(to_hex(i), 4), 'hex'), jsonb_build_object('i', i, 'n', NULL, 's', E'a"b\\\\c'), ('{"b": 1, "a":   ' || i || '}')::json,
  ARRAY['a,b', NULL, 'c"d', ''], ARRAY['gut', 'schlecht']::mood[], '1970-01-01 00:00:00+00'::timestamptz + i * interval '1 day 00:00:00.123456', 'epoch'::date + i, make_interval(months => i, secs => i / 7.0),
  '10.0.0.1'::inet + i, md5(i::text)::uuid, point(i, -i / 3.0), i % 100, ROW('Weg, "1"', i)::address, 1 / (i::float8), 1 / (i::float4), i % 2 = 0, (i % 32)::bit(5), to_tsvector('simple', 'room ' || i), int4range(i, i + 5), i::text::money
  FROM generate_series(10, 99) i;
INSERT INTO rooms (name, ratio, since) VALUES ('none', 'NaN', 'infinity'), ('', '-Infinity', '-infinity');
CREATE TABLE bookings (id int PRIMARY KEY, room bigint NOT NULL REFERENCES rooms (id), note text, CHECK (id > 0));
INSERT INTO bookings SELECT i, 1 + i % 90, repeat('x', i) FROM generate_series(1, 500) i;
CREATE INDEX "odd index" ON bookings (lower(note)) WHERE id > 10;
CREATE TABLE "odd ""table"" 'name; DROP" ("Column A" int, "select" text, "ü" text, gone int, PRIMARY KEY ("Column A", "select"));
ALTER TABLE "odd ""table"" 'name; DROP" DROP COLUMN gone;
INSERT INTO "odd ""table"" 'name; DROP" VALUES (1, 'a', 'b'), (2, '\\N', NULL), (2, '', '');
CREATE TABLE twins (a int, b text);
INSERT INTO twins SELECT 1, 'same' FROM generate_series(1, 7);
CREATE TABLE nothing (a int);
CREATE TABLE "no columns" ();
INSERT INTO "no columns" DEFAULT VALUES; INSERT INTO "no columns" DEFAULT VALUES;
CREATE TABLE events (at timestamptz NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO events SELECT '2025-06-01'::timestamptz + i * interval '1 day', 'e' || i FROM generate_series(1, 400) i;
CREATE TABLE base (a int); CREATE TABLE derived (b int) INHERITS (base);
INSERT INTO base VALUES (1); INSERT INTO derived VALUES (2, 3);
CREATE VIEW free_rooms AS SELECT r.id, r.name FROM rooms r WHERE NOT EXISTS (SELECT FROM bookings b WHERE b.room = r.id);
CREATE MATERIALIZED VIEW totals AS SELECT room, count(*) FROM bookings GROUP BY room;
CREATE SEQUENCE "Counter X" START 1000 INCREMENT 7; SELECT nextval('"Counter X"') FROM generate_series(1, 5);
CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no trigger may run in a restore'; END $$;
CREATE TRIGGER guard BEFORE DELETE ON bookings FOR EACH ROW EXECUTE FUNCTION touched();
GRANT SELECT ON rooms TO reader;
SELECT lo_from_bytea(4711, decode(repeat('ab00', 3000), 'hex'));
RESET ROLE;
CREATE SCHEMA "other schema"; CREATE TABLE "other schema".logs (line text); INSERT INTO "other schema".logs VALUES ('a'), ('b');
CREATE UNLOGGED TABLE sessions (id uuid); INSERT INTO sessions SELECT md5(i::text)::uuid FROM generate_series(1, 20) i;
CREATE EXTENSION pgcrypto;
`;

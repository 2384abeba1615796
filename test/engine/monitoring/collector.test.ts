import { strict as assert } from "node:assert";
import { execFileSync, spawn } from "node:child_process";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { renderCollector } from "../../../components/monitoring/collector";
import { maskLine } from "../../../config/masking";
import { motel, mps } from "../../unit/monitoring/fixtures";
import { harmless, planted } from "../../unit/monitoring/planted";
import { imageReference } from "../inImage";

const id = (digit: string): string => digit.repeat(64);
const labels = (system: string, service: string, role: string, stack = "dev"): Record<string, string> => ({
  "stackbook.stack": stack, "stackbook.system": system, "stackbook.service": service, "stackbook.role": role,
});

/** What Docker's engine writes for a container's lines, cut or whole. */
const file = (lines: readonly string[], attrs?: Record<string, string>): string =>
  lines.map((log, i) => `${JSON.stringify({ log, stream: "stdout", attrs, time: `2026-01-01T00:00:${String(i % 60).padStart(2, "0")}.123456789Z` })}\n`).join("");

const big = "x".repeat(16_384);
const files: Readonly<Record<string, string>> = {
  "etc/otelcol/config.yaml": "",
  ...Object.fromEntries(
    Object.entries({
      a: file([...planted, ...harmless.map((line) => ({ line }))].map(({ line }) => `${line}\n`), labels("motel", "backend", "app")),
      b: file(['{"kind":"access","system":"motel","service":"backend","requestId":"edge-request-1"}\n', '{"kind":"access","system":"stranger"}\n'], labels("stack", "edge", "edge")),
      c: file(["of another stack\n"], labels("motel", "backend", "app", "prod")),
      d: file(["of nobody\n"]),
      e: file(["of the collector itself\n"], labels("stack", "collector", "collector")),
      f: file([`${big}password=TOP`, "SECRET and the end\n"], labels("motel", "frontend", "app")),
      "0": file(["a dump was written\n"], labels("mps", "agent", "backup")),
    }).map(([digit, text]) => [`host/containers/${id(digit)}/${id(digit)}-json.log`, text]),
  ),
  "host/audit/mps/audit.log": `${JSON.stringify({ time: "2026-01-01T00:00:00.5Z", system: "mps", action: "login", actor: "ann", requestId: "audit-1", note: "token=TOP" })}\n`,
};

/** The real collector, on files as an engine and an application write them, before a receiver in Loki's place. */
describe("the log collector", function () {
  this.timeout(120_000);
  let container: string;
  let sink: http.Server;
  let path: string | undefined;
  let received = "";

  before(async () => {
    sink = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks);
        path = request.url;
        received += (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8");
        response.end();
      });
    });
    await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
    const config = renderCollector({ stack: "dev", environment: "dev", systems: [motel, mps], lokiUrl: `http://127.0.0.1:${(sink.address() as AddressInfo).port}` })
      // On the machine's network its own ports may be taken.
      .replaceAll("0.0.0.0", "127.0.0.1").replace(/port: 8888/, "port: 0").replace(/:13133/, ":0");
    const options = ["--network", "host", "--user", "0:0", "--cap-drop", "ALL", "--entrypoint", "/otelcol-contrib"];
    container = execFileSync("docker", ["create", ...options, imageReference("collector"), "--config=/etc/otelcol/config.yaml"]).toString().trim();
    const archive = pack();
    for (const [name, text] of Object.entries({ ...files, "etc/otelcol/config.yaml": config })) archive.entry({ name, mode: 0o640 }, text);
    archive.finalize();
    await new Promise<void>((resolve, reject) => {
      const child = spawn("docker", ["cp", "-", `${container}:/`], { stdio: ["pipe", "ignore", "inherit"] });
      child.on("error", reject).on("close", () => resolve());
      archive.pipe(child.stdin);
    });
    execFileSync("docker", ["start", container]);
    const end = Date.now() + 60_000;
    while (!["audit-1", "and the end", "cookies are enabled"].every((text) => received.includes(text))) {
      if (Date.now() > end) throw new Error(`not within 60 s:\n${execFileSync("docker", ["logs", container], { stdio: ["ignore", "pipe", "pipe"] }).toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  after(() => {
    sink.close();
    execFileSync("docker", ["rm", "-f", container]);
  });

  it("speaks to Loki's address for it", () => assert.equal(path, "/otlp/v1/logs"));

  it("lets no planted secret through, and hides what the unit tests say and no more", () => {
    assert.ok(!received.includes("TOP"), received.slice(Math.max(0, received.indexOf("TOP") - 200), received.indexOf("TOP") + 50));
    for (const line of [...planted.map((row) => row.line), ...harmless]) assert.ok(received.includes(maskLine(line)), line);
  });

  it("joins what the engine cut before it masks", () => assert.ok(received.includes(`${big}password=*** and the end`)));

  it("reads the stack's containers only, and not itself", () => {
    for (const text of ["of another stack", "of nobody", "of the collector itself"]) assert.ok(!received.includes(text), text);
  });

  it("keeps the request's number beside the line", () => {
    for (const number of ["edge-request-1", "audit-1"]) assert.equal(received.split(number).length - 1, 2, `${number}, in the line and beside it`);
  });

  it("sorts by stream, and gives the edge's lines to the system they are about", () => {
    // Each group of the message begins with its labels, in no order; the strings stand between lengths.
    for (const label of ["application", "system", "audit", "backup", "motel", "mps"]) assert.ok(received.includes(label), label);
    assert.doesNotMatch(received, /system\W{1,6}stranger\W{1,6}(?:stream|service|stack)/);
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { grafanaPasswordScript } from "../../../components/monitoring/grafanaPassword";

/** Grafana's API as its documentation has it, as far as the script goes. */
class FakeGrafana {
  password = "first";
  sessions = [361, 364];
  /** Answers this to every request, as one that is not well does. */
  broken: number | undefined;
  readonly asked: string[] = [];
  readonly server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = "", url = "" } = request;
      this.asked.push(`${method} ${url}`);
      const [status, answer] = this.answer(`${method} ${url}`, request.headers.authorization ?? "", body === "" ? {} : (JSON.parse(body) as Record<string, unknown>));
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });

  private answer(what: string, authorization: string, body: Readonly<Record<string, unknown>>): [number, unknown] {
    if (this.broken !== undefined) return [this.broken, {}];
    if (authorization !== `Basic ${Buffer.from(`admin:${this.password}`).toString("base64")}`) return [401, { message: "Invalid username or password" }];
    if (what === "GET /api/user") return [200, { id: 1, login: "admin" }];
    if (what === "GET /api/user/auth-tokens") return [200, this.sessions.map((id) => ({ id, isActive: false, clientIp: "127.0.0.1" }))];
    if (what === "POST /api/user/revoke-auth-token") {
      this.sessions = this.sessions.filter((id) => id !== body["authTokenId"]);
      return [200, { message: "User auth token revoked" }];
    }
    if (what === "PUT /api/user/password" && body["oldPassword"] === this.password && body["newPassword"] === body["confirmNew"]) {
      this.password = String(body["newPassword"]);
      return [200, { message: "User password changed" }];
    }
    return [400, { message: "bad request data" }];
  }
}

describe("telling Grafana its administrator's password", function () {
  this.timeout(60_000);
  let grafana: FakeGrafana;
  let home: string;
  beforeEach(async () => {
    grafana = new FakeGrafana();
    await new Promise<void>((resolve) => grafana.server.listen(0, "127.0.0.1", resolve));
    home = mkdtempSync(join(tmpdir(), "stackbook-curl-"));
    writeFileSync(join(home, ".curlrc"), `connect-to = "grafana:3000:127.0.0.1:${(grafana.server.address() as AddressInfo).port}"\n`);
  });
  afterEach(() => {
    grafana.server.close();
    rmSync(home, { recursive: true });
  });

  /** @returns what it said when it failed */
  const tell = (password: string, ...earlier: string[]): Promise<string | undefined> =>
    new Promise((resolve) => {
      const env = { PATH: process.env["PATH"], CURL_HOME: home, PASSWORD: password, EARLIER: earlier.join(" ") };
      execFile("sh", ["-euc", grafanaPasswordScript], { env }, (error, _out, said) => resolve(error === null ? undefined : said));
    });

  it("sets the new one by the one before, and ends the open sessions", async () => {
    assert.equal(await tell("second", "first"), undefined);
    assert.deepEqual([grafana.password, grafana.sessions], ["second", []]);
    assert.deepEqual(grafana.asked.slice(0, 4), ["GET /api/user", "GET /api/user", "PUT /api/user/password", "GET /api/user"], "and the old one is tried once more");
  });

  it("does it once: a database that is new has the new one already", async () => {
    grafana.password = "second";
    assert.equal(await tell("second", "first"), undefined);
    assert.ok(!grafana.asked.some((what) => what.startsWith("PUT")));
    assert.deepEqual(grafana.sessions, []);
  });

  it("fails where a person has set another, and says how to put it right", async () => {
    grafana.password = "somebody's own";
    assert.match((await tell("second", "first")) ?? "", /none of its administrator's passwords of this stack[\s\S]*grafana cli admin reset-admin-password/);
  });

  it("fails where Grafana is not well, and doesn't take that for a wrong password", async () => {
    grafana.broken = 503;
    assert.match((await tell("second", "first")) ?? "", /Grafana answered 503/);
    assert.equal(grafana.asked.length, 1);
  });
});

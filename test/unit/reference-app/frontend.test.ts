import { strict as assert } from "node:assert";
import { fill, pageConfig, renderPage } from "../../../reference-app/src/frontend/page";
import { startFrontend } from "../../../reference-app/src/frontend/server";
import { staticPage } from "../../../reference-app/src/frontend/static";
import { readFrontend } from "../../../reference-app/src/settings";
import { systems } from "../../../reference-app/src/systems";
import { answer, memoryLog, type Answer } from "./support";

const env = { REFERENCE_SYSTEM: "motel", REFERENCE_ROLE: "frontend", PORT: "0", SHUTDOWN_DRAIN_SECONDS: "0", APP_VERSION: "1.0.0" };

async function withFrontend(more: Record<string, string>, work: (get: (path: string, headers?: Record<string, string>) => Promise<Answer>, log: () => string) => Promise<void>): Promise<void> {
  const { log, text } = memoryLog();
  const running = await startFrontend(readFrontend({ ...env, ...more }), log);
  try {
    await work(async (path, headers) => answer(await fetch(`http://127.0.0.1:${running.port}${path}`, { headers })), text);
  } finally {
    await running.stop();
  }
}

describe("reference app: frontend", () => {
  it("serves one page with the system's name, version and API address, and a policy for its scripts", async () => {
    await withFrontend({ NEXT_PUBLIC_API_URL: "https://motel.example.org/api" }, async (get) => {
      const page = await get("/");
      assert.equal(page.status, 200);
      assert.match(page.text, /<title>Motel Manager<\/title>/);
      assert.ok(page.text.includes('"version":"1.0.0","api":"https://motel.example.org/api","table":"suites"'));
      const policy = page.headers.get("content-security-policy") ?? "";
      assert.match(policy, /default-src 'none'; script-src 'sha256-/);
      assert.ok(policy.includes("connect-src 'self' https://motel.example.org wss://motel.example.org"));
      assert.equal(page.headers.get("cache-control"), "no-cache");
    });
  });

  it("answers version, health and metrics", async () => {
    await withFrontend({}, async (get) => {
      assert.deepEqual([(await get("/version")).json["role"], (await get("/healthz")).json["status"]], ["frontend", "healthy"]);
      await get("/");
      assert.match((await get("/metrics")).text, /http_request_duration_seconds_count\{method="GET",route="\/",status="200"\} 1/);
    });
  });

  it("is never healthy as -broken", async () => {
    await withFrontend({ APP_VERSION: "2.0.0-broken" }, async (get) => {
      assert.deepEqual([(await get("/")).status, (await get("/healthz")).status], [500, 500]);
    });
  });

  it("logs visitors, who come through the edge, and not the checks of its first page", async () => {
    await withFrontend({}, async (get, text) => {
      await get("/", { "x-forwarded-for": "203.0.113.7", "x-request-id": "visitor" });
      await get("/", { "x-request-id": "check" });
      const level = (id: string): unknown => text().split("\n").filter((line) => line.includes(`"${id}"`)).map((line) => (JSON.parse(line) as { level: string }).level)[0];
      assert.deepEqual([level("visitor"), level("check")], ["info", "debug"]);
    });
  });

  it("puts no markup of a version or title into the page", () => {
    const config = { ...pageConfig(systems.motel, "</script><b>", "/api"), title: "A & <B>" };
    const page = fill("__TITLE__|__VERSION__|<!--config-->", config, "", "");
    assert.ok(!page.includes("<b>") && !page.includes("<B>"));
    assert.ok(page.startsWith("A &#38; &#60;B&#62;|"));
  });

  it("leaves version and API address of the static page open for its image", () => {
    const page = staticPage("<title>__TITLE__</title>__VERSION__<!--style--><!--config--><!--script-->", "/assets/a.css", "/assets/a.js");
    assert.match(page, /<title>FETMS<\/title>__VERSION__/);
    assert.ok(page.includes('"api":"__API_URL__"') && page.includes('"version":"__VERSION__"'));
    assert.ok(page.includes('href="/assets/a.css"') && page.includes('src="/assets/a.js"'));
  });

  it("finds the API on its own host unless told otherwise", () => {
    assert.ok(renderPage(readFrontend(env)).html.includes('"api":"/api"'));
  });
});

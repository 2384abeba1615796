import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { docker, imageOf, Stage, until } from "./docker";
import { send, type Answer } from "./http";
import { appImage } from "./site";

const minutes = 60_000;

/** Without the fields of a request; text beside the bytes. */
async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer & { readonly text: string }> {
  const answer = await send(url, "GET", undefined, headers);
  return { ...answer, text: answer.bytes.toString("utf8") };
}

describe("reference app: static frontend (fetms) on the web image", function () {
  this.timeout(3 * minutes);
  const stage = new Stage();
  const tags: string[] = [];

  /** As the platform runs it: uid 101, read-only root, no capabilities. */
  async function serve(version: string, api: string): Promise<{ readonly url: string; readonly container: string }> {
    const tag = `refapp-e2e:web-${version}`;
    tags.push(tag);
    await docker("build", "-q", "-f", "reference-app/Dockerfile.web", "--build-arg", `WEB_IMAGE=${imageOf("web")}`, "--build-arg", `VERSION=${version}`, "--build-arg", `VITE_API_BASE_URL=${api}`, "-t", tag, "reference-app");
    const container = await stage.start("web", {
      image: tag, flags: ["--user", "101:101", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "-p", "127.0.0.1::8080"],
    });
    const url = await stage.address(container, 8080);
    await until("an answer", 20, () => get(`${url}/`));
    return { url, container };
  }

  let web: { readonly url: string; readonly container: string };
  before(async () => {
    await appImage(); // builds dist/ as well
    await stage.open();
    web = await serve("1.0.0", "https://fetms.example.org/api");
  });
  after(async () => {
    await stage.close();
    await docker("rmi", ...tags);
  });

  it("has version and API address baked in, and is asked for anew each time", async () => {
    const page = await get(`${web.url}/`);
    assert.equal(page.headers["cache-control"], "no-cache");
    assert.ok(page.text.includes('"version":"1.0.0","api":"https://fetms.example.org/api","table":"teachers"'));
    assert.ok(!page.text.includes("__"));
  });

  it("lets browsers keep the hashed assets for a year, compressed", async () => {
    const { text } = await get(`${web.url}/`);
    const assets = [...text.matchAll(/(?:href|src)="(\/assets\/\w+\.[0-9a-f]{10}\.(?:js|css))"/g)].map((match) => match[1] ?? "");
    assert.equal(assets.length, 2);
    for (const path of assets) {
      const asset = await get(`${web.url}${path}`, { "accept-encoding": "gzip" });
      assert.deepEqual([asset.status, asset.headers["cache-control"], asset.headers["content-encoding"]], [200, "public, max-age=31536000, immutable", "gzip"]);
    }
  });

  it("answers every other address with the page, and a missing asset with 404 that nobody keeps", async () => {
    const deep = await get(`${web.url}/teachers/7/edit`);
    assert.deepEqual([deep.status, deep.headers["cache-control"]], [200, "no-cache"]);
    const missing = await get(`${web.url}/assets/app.0000000000.js`);
    assert.deepEqual([missing.status, missing.headers["cache-control"]], [404, undefined]);
  });

  it("says that it is healthy and what it is", async () => {
    assert.deepEqual(JSON.parse((await get(`${web.url}/healthz`)).text), { status: "healthy", version: "1.0.0" });
    assert.equal((JSON.parse((await get(`${web.url}/version`)).text) as { system: string }).system, "fetms");
  });

  it("logs visitors as JSON lines with their request ID, and no health checks", async () => {
    await get(`${web.url}/`, { "x-request-id": "visit-1", "x-forwarded-for": "203.0.113.7" });
    await get(`${web.url}/healthz`, { "x-request-id": "check-1" });
    const log = await until("the line", 5, () => stage.logs(web.container), (text) => text.includes("visit-1"));
    const line = log.split("\n").find((text) => text.includes("visit-1")) ?? "";
    assert.deepEqual((({ requestId, status, path }) => [requestId, status, path])(JSON.parse(line) as Record<string, unknown>), ["visit-1", 200, "/index.html"]);
    assert.ok(!log.includes("check-1"));
  });

  it("is never healthy as -broken, and takes its time as -slow", async () => {
    const broken = await serve("2.0.0-broken", "/api");
    for (const path of ["/", "/healthz"]) assert.equal((await get(`${broken.url}${path}`)).status, 500, path);
    const slow = await serve("2.0.0-slow", "/api");
    const start = Date.now();
    assert.equal((await get(`${slow.url}/`)).status, 200);
    assert.ok(Date.now() - start > 900, `${Date.now() - start} ms`);
  });
});

describe("reference app: frontend with a server (motel)", function () {
  this.timeout(3 * minutes);
  const stage = new Stage();
  let url = "";
  let container = "";

  before(async () => {
    const image = await appImage();
    await stage.open();
    container = await stage.start("frontend", {
      image, environment: { REFERENCE_SYSTEM: "motel", REFERENCE_ROLE: "frontend", NEXT_PUBLIC_API_URL: "/api" },
      flags: ["--user", "1000:1000", "--read-only", "--tmpfs", "/tmp", "-p", "127.0.0.1::3000"],
    });
    url = await stage.address(container, 3000);
    await until("an answer", 20, () => get(`${url}/`));
  });
  after(() => stage.close());

  it("serves one self-contained page whose script and style its own policy allows", async () => {
    const page = await get(`${url}/`);
    assert.match(page.text, /<title>Motel Manager<\/title>/);
    assert.ok(!/(?:src|href)="\//.test(page.text), "nothing else to load");
    const policy = String(page.headers["content-security-policy"]);
    for (const tag of ["script", "style"]) {
      const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page.text)?.[1] ?? "";
      assert.ok(content.length > 500, tag);
      assert.ok(policy.includes(`${tag}-src 'sha256-${createHash("sha256").update(content).digest("base64")}'`), tag);
    }
  });

  it("exits with 0 when it is stopped", async () => {
    await docker("stop", "-t", "20", container);
    assert.equal(await docker("inspect", "-f", "{{.State.ExitCode}}", container), "0");
  });
});

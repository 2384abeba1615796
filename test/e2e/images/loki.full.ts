// Slow: compiles Loki, which takes 10 to 20 minutes the first time.
import * as assert from "node:assert/strict";
import { renderLoki } from "../../../components/monitoring/loki";
import { officialImages } from "../../../platforms/images";
import { image, TestContainer } from "./support";

describe("Loki's image", function () {
  this.timeout(180_000);
  let loki: TestContainer;
  let url: string;

  before(async () => {
    loki = await TestContainer.start(await image("loki"), {
      user: "10001:10001", data: "/loki", flags: ["-p", "127.0.0.1::3100"], entrypoint: "sh",
      env: { CONFIG: renderLoki({ application: 90, system: 30, audit: 365, backup: 30 }) },
      command: ["-c", 'printf %s "$CONFIG" > /tmp/loki.yaml; exec loki -config.file=/tmp/loki.yaml'],
    });
    url = `http://127.0.0.1:${await loki.port(3100)}`;
    await loki.ready(["curl", "-fsS", "http://127.0.0.1:3100/ready"], {}, 120);
  });
  after(() => loki.remove());

  const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();

  it("is of the official image's version", async () => {
    const { version } = (await get("/loki/api/v1/status/buildinfo")) as { version: string };
    assert.equal(version, /:([\d.]+)@/.exec(officialImages.loki)?.[1]);
  });

  it("takes a line as the collector sends it, and finds it by its request's number", async () => {
    const attribute = (key: string, stringValue: string): unknown => ({ key, value: { stringValue } });
    const line = { timeUnixNano: `${Date.now()}000000`, body: { stringValue: "hello from motel" }, attributes: [attribute("request_id", "r-1")] };
    const resource = { attributes: [attribute("stack", "dev"), attribute("system", "motel"), attribute("service", "backend"), attribute("stream", "application")] };
    const response = await fetch(`${url}/otlp/v1/logs`, {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [line] }] }] }),
    });
    assert.ok(response.ok, await response.text());
    const query = encodeURIComponent('{system="motel", stream="application"} | request_id="r-1"');
    for (const end = Date.now() + 30_000; ; await new Promise((wake) => setTimeout(wake, 500))) {
      const text = JSON.stringify(await get(`/loki/api/v1/query_range?query=${query}`));
      if (text.includes("hello from motel")) return;
      assert.ok(Date.now() < end, text);
    }
  });

  it("stops when asked, with everything written", async () => assert.equal(await loki.stop(60), 0));
});

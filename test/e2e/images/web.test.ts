import * as assert from "node:assert/strict";
import { image, TestContainer } from "./support";

describe("the web image", function () {
  this.timeout(120_000);
  let web: TestContainer;

  before(async () => {
    web = await TestContainer.start(await image("web"), { user: "101:101" });
    await web.ready(["curl", "-sf", "-o", "/dev/null", "http://127.0.0.1:8080/"]);
  });
  after(() => web.remove());

  it("serves the files of /usr/share/nginx/html on 8080", async () => {
    const served = await web.mustExec(["curl", "-sf", "http://127.0.0.1:8080/index.html"]);
    assert.equal(served, (await web.mustExec(["cat", "/usr/share/nginx/html/index.html"])).trim());
    assert.equal(await web.mustExec(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:8080/nowhere"]), "404");
  });

  it("takes its site from /etc/nginx/conf.d/default.conf", async () => {
    assert.match(await web.mustExec(["cat", "/etc/nginx/conf.d/default.conf"]), /listen\s+8080/);
    await web.mustExec(["nginx", "-t", "-c", "/etc/nginx/nginx.conf"]);
  });

  it("buffers a large body in /tmp, its root being read-only", async () => {
    const status = "head -c 900000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' --data-binary @- http://127.0.0.1:8080/index.html";
    assert.equal(await web.mustExec(["sh", "-c", status]), "405");
  });

  it("logs requests where Docker collects them, and stops gracefully", async () => {
    assert.equal(await web.stop(), 0);
    assert.match(await web.logs(), /"GET \/nowhere HTTP\/1\.1" 404/);
  });
});

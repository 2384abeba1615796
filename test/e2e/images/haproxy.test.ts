import * as assert from "node:assert/strict";
import { image, TestContainer } from "./support";

const configuration = (answer: string): string => `global
  lua-load /var/lib/haproxy/answer.lua
  stats socket /var/lib/haproxy/haproxy.sock mode 600 level admin
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend web
  bind :8080
  http-request return status 200 content-type text/plain string "${answer}" if { path /stamp }
  http-request use-service lua.answer
`;
const lua = 'core.register_service("answer", "http", function(applet)\n  applet:set_status(200)\n  applet:start_response()\n  applet:send("from lua")\nend)\n';

describe("the haproxy image", function () {
  this.timeout(120_000);
  let edge: TestContainer;
  const write = (file: string, text: string): Promise<string> => edge.mustExec(["bash", "-c", `cat > /var/lib/haproxy/${file}`], {}, text);
  /** Bash alone, as the image is asked for neither curl nor socat. */
  const get = async (path: string): Promise<string> =>
    edge.mustExec(["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3; timeout 5 cat <&3`]);

  before(async () => {
    const script = "until [ -s /var/lib/haproxy/haproxy.cfg ]; do sleep 0.1; done; exec docker-entrypoint.sh haproxy -f /var/lib/haproxy/haproxy.cfg";
    edge = await TestContainer.start(await image("haproxy"), { user: "99:99", data: "/var/lib/haproxy", entrypoint: "bash", command: ["-c", script] });
    await write("answer.lua", lua);
    await write("haproxy.cfg", configuration("one"));
    await edge.ready(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080"]);
  });
  after(() => edge.remove());

  it("checks a configuration, and says which line is wrong", async () => {
    assert.equal((await edge.exec(["haproxy", "-c", "-f", "/var/lib/haproxy/haproxy.cfg"])).code, 0);
    await write("bad.cfg", "frontend web\n  bind :8081\n  no-such-word\n");
    const bad = await edge.exec(["haproxy", "-c", "-f", "/var/lib/haproxy/bad.cfg"]);
    assert.notEqual(bad.code, 0);
    assert.match(bad.output, /bad\.cfg:3.*no-such-word/);
  });

  it("answers from Lua", async () => assert.match(await get("/"), /from lua$/));

  it("takes a new configuration at USR2", async () => {
    assert.match(await get("/stamp"), /one$/);
    await write("haproxy.cfg", configuration("two"));
    await edge.mustExec(["bash", "-c", "kill -USR2 1"]); // the engine's init hands it on to the master
    for (const end = Date.now() + 10_000; !/two$/.test(await get("/stamp")); await new Promise((wake) => setTimeout(wake, 200)))
      assert.ok(Date.now() < end, "still the old configuration");
  });

  it("has the Prometheus exporter built in", async () => assert.match(await edge.mustExec(["haproxy", "-vv"]), /prometheus-exporter|PROMEX=1/));
});

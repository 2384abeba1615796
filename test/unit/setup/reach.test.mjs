import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createTcp, connect } from "node:net";
import { answers, hosts, proxyFor, reachability } from "../../../setup/base/reach.mjs";

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

describe("setup: reachability", () => {
  it("asks every host at the same time", async () => {
    let asking = 0;
    let most = 0;
    await reachability({
      ask: async () => {
        asking += 1;
        most = Math.max(most, asking);
        await new Promise((resolve) => setTimeout(resolve, 10));
        asking -= 1;
      },
    });
    assert.equal(most, Object.keys(hosts).length);
  });

  it("asks nobody when the choice is forced", async () => {
    const ask = () => assert.fail("asked");
    assert.deepEqual((await reachability({ force: "offline", ask })).docker, { reached: false, why: "--offline" });
    assert.deepEqual((await reachability({ force: "online", ask })).pulumi, { reached: true, why: "--online" });
  });

  it("says plainly why a host is not reached", async () => {
    const { docker } = await reachability({ ask: () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" })) });
    assert.equal(docker.why, "registry-1.docker.io not reached: its name is not known here");
  });

  it("takes a registry's refusal to talk without a login as an answer, a gateway's error not", async () => {
    let status = 401;
    const server = createServer((_request, response) => response.writeHead(status).end());
    const url = `http://127.0.0.1:${await listen(server)}/v2/`;
    assert.equal(await answers(url, { env: {} }), 401);
    for (status of [403, 502]) await assert.rejects(answers(url, { env: {} }), new RegExp(`answers ${status}`));
    server.close();
  });

  it("gives up in time on a host that accepts and stays silent", async () => {
    const sockets = new Set();
    const server = createTcp((socket) => sockets.add(socket));
    const url = `http://127.0.0.1:${await listen(server)}/`;
    const began = Date.now();
    await assert.rejects(answers(url, { env: {}, timeoutSeconds: 0.2 }), /nothing within/);
    assert.ok(Date.now() - began < 2000);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it("goes through the proxy that the environment names", async () => {
    const asked = [];
    const target = createServer((_request, response) => response.writeHead(200).end());
    const targetPort = await listen(target);
    const proxy = createServer().on("connect", (request, client, head) => {
      asked.push(`${request.url} ${request.headers["proxy-authorization"]}`);
      const upstream = connect(targetPort, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
    });
    const env = { HTTP_PROXY: `http://me:secret@127.0.0.1:${await listen(proxy)}` };
    assert.equal(await answers("http://registry.invalid/v2/", { env }), 200);
    assert.deepEqual(asked, [`registry.invalid:80 Basic ${Buffer.from("me:secret").toString("base64")}`]);
    proxy.close();
    target.close();
  });

  it("honours NO_PROXY by name, suffix and star", () => {
    const through = (noProxy) => proxyFor("https://a.example.org/", { https_proxy: "proxy:3128", no_proxy: noProxy });
    assert.equal(through("")?.host, "proxy:3128");
    assert.equal(through("other.org")?.host, "proxy:3128");
    for (const noProxy of ["*", "a.example.org", ".example.org", "example.org", "x, example.org:443"]) assert.equal(through(noProxy), undefined, noProxy);
    assert.equal(through("ample.org")?.host, "proxy:3128");
  });
});

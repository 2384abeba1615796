import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { gzipSync } from "node:zlib";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { makeSelfSigned } from "../../../components/edge";
import { edgeScript, filesVariable } from "../../../platforms/aws/edge";
import { container, everySystem, resource } from "../../unit/platforms/aws/stack";
import { build } from "../../unit/program/build";
import { imageReference } from "../inImage";

const run = promisify(execFile);
const docker = async (...args: string[]): Promise<string> => {
  const { stderr, stdout } = await run("docker", args);
  return stdout + stderr;
};

/** As the balancer's health check asks. */
const ask = (port: number, path: string): string[] => ["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3 && timeout 3 cat <&3`];

describe("the edge's task on AWS", function () {
  this.timeout(240_000);
  let id = "";
  after(async () => {
    if (id !== "") await docker("rm", "--force", id);
  });

  it("starts a real HAProxy by its own command, on the files that a secret brings, and is well where it is asked", async () => {
    await build(everySystem);
    const { command = [], entryPoint = [], healthCheck, linuxParameters, user } = container(resource("ecs/taskDefinition:TaskDefinition", "edge"));
    const certificate = await makeSelfSigned({ dnsNames: ["motel.example.org"], ipAddresses: [], validityDays: 2 });
    const model = { publicHttpsPort: 443, systems: [{ id: "motel", hosts: ["motel.example.org"], routes: [{ path: "/", service: "frontend" }], services: [{ name: "frontend", port: 3000, healthPath: "/", servers: [{ name: "a-0", host: "frontend-a.motel.stackbook-dev.internal" }] }], corsOrigins: [], requestsPerMinute: 60, maxBodyBytes: 1024 }] };
    const packed = gzipSync(edgeScript(model, `${certificate.certificatePem}\n${certificate.privateKeyPem}`, undefined)).toString("base64");
    const memory = linuxParameters.tmpfs.flatMap(({ containerPath }) => ["--tmpfs", `${containerPath}:mode=1777`]);
    const [entry = ""] = entryPoint;
    id = (await docker("run", "--detach", "--network", "none", "--read-only", "--cap-drop", "ALL", ...memory, "--user", user, "--env", `${filesVariable}=${packed}`, "--entrypoint", entry, imageReference("haproxy"), ...command)).trim();
    const [kind, ...asking] = healthCheck?.command ?? [];
    assert.equal(kind, "CMD");
    let trouble: unknown;
    for (let left = 60; left > 0; left--) {
      trouble = await docker("exec", id, ...asking).then(() => undefined, (error: unknown) => error);
      if (trouble === undefined) break;
      await sleep(500);
    }
    assert.equal(trouble, undefined, await docker("logs", id));
    assert.match(await docker("exec", id, ...ask(8404, "/healthz")), / 200 /);
  });
});

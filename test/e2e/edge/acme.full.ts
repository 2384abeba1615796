import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as tls from "node:tls";
import {
  acmeCommand,
  acmeEnvironment,
  edgeCommand,
  edgeUser,
  filesOf,
  makeSelfSigned,
  renderHaproxy,
  writeRoutesCommand,
  writeRoutesEnvironment,
  type EdgeModel,
} from "../../../components/edge";
import { freePorts } from "../../support/ports";
import { until } from "./harness";

const domains = ["motel.edge.test", "memo.edge.test"];

/** Needs the `pebble` image, which only the full tests build. */
function image(name: string): string {
  const given = process.env[`${name.toUpperCase()}_IMAGE`];
  if (given !== undefined) return given;
  const file = process.env.STACKBOOK_IMAGES ?? join(__dirname, "../../../.stackbook/images.json");
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, { ref: string } | undefined>) : {};
  const ref = known[name]?.ref;
  if (ref === undefined) throw new Error(`no image for ${name} in ${file}: node airgap/images/build.mjs ${name}`);
  return ref;
}

function docker(args: string[], env: Record<string, string> = {}): string {
  const result = spawnSync("docker", args, { encoding: "utf8", env: { ...process.env, ...env } });
  if (result.status !== 0) throw new Error(`docker ${args.slice(0, 3).join(" ")}: ${result.stderr}${result.stdout}`);
  return result.stdout;
}

describe("certificates from an authority", function () {
  this.timeout(180_000);
  const name = `edge-e2e-acme-${process.pid}`;
  const containers: string[] = [];
  let port = 0;

  function run(role: string, options: string[], imageName: string, command: string[], env: Record<string, string>): string {
    const container = `${name}-${role}`;
    const names = Object.keys(env).flatMap((key) => ["-e", key]);
    docker(["run", "-d", "--name", container, "--network", name, "--network-alias", role, "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", ...options, ...names, "--entrypoint", "", image(imageName), ...command], env);
    containers.push(container);
    return container;
  }

  /** What the edge shows to who asks for this name. */
  function shown(domain: string): Promise<X509Certificate> {
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ host: "127.0.0.1", port, servername: domain, rejectUnauthorized: false }, () => {
        resolve(new X509Certificate(socket.getPeerCertificate().raw));
        socket.destroy();
      });
      socket.on("error", reject);
    });
  }

  before(async () => {
    port = (await freePorts(1))[0] ?? 0;
    docker(["network", "create", name]);
    const volume = ["--user", edgeUser, "-v", `${name}:/var/lib/haproxy`];
    const edge = run("edge", [...volume, "-p", `127.0.0.1:${port}:8443`, ...domains.flatMap((domain) => ["--network-alias", domain])], "haproxy", edgeCommand({ watchSeconds: 1 }), {});

    // Its bootstrap certificate: HAProxy can't listen without one.
    const bootstrap = await makeSelfSigned({ dnsNames: domains, ipAddresses: [], validityDays: 30 });
    const model: EdgeModel = {
      publicHttpsPort: 443,
      acme: { host: "acme", port: 8402 },
      systems: domains.map((domain) => ({
        id: domain.split(".")[0] ?? "",
        hosts: [domain],
        routes: [],
        services: [],
        corsOrigins: [],
        requestsPerMinute: 1000,
        maxBodyBytes: 1000,
      })),
    };
    const env = writeRoutesEnvironment({ config: renderHaproxy(model), files: filesOf(model), waitFor: [], certificatePem: bootstrap.certificatePem + bootstrap.privateKeyPem });
    docker(["run", "--rm", "--network", `container:${edge}`, "--pid", `container:${edge}`, ...volume, "--tmpfs", "/tmp", ...Object.keys(env).flatMap((key) => ["-e", key]), "--entrypoint", "", image("haproxy"), ...writeRoutesCommand()], env);

    // The authority: its challenges go to the edge's own port, its certificates last 10 days and so are renewed at every look.
    const directory = await makeSelfSigned({ dnsNames: ["pebble"], ipAddresses: [], validityDays: 30 });
    const config = {
      pebble: {
        listenAddress: "0.0.0.0:14000",
        managementListenAddress: "0.0.0.0:15000",
        certificate: "/tmp/directory.crt",
        privateKey: "/tmp/directory.key",
        httpPort: 8080,
        tlsPort: 8443,
        certificateValidityPeriod: 10 * 86_400,
        profiles: { default: { description: "ten days", validityPeriod: 10 * 86_400 } },
      },
    };
    run("pebble", [], "pebble", ["sh", "-c", 'umask 077; printf %s "$CRT" >/tmp/directory.crt; printf %s "$KEY" >/tmp/directory.key; printf %s "$CONFIG" >/tmp/config.json; exec pebble -config /tmp/config.json'], {
      CRT: directory.certificatePem,
      KEY: directory.privateKeyPem,
      CONFIG: JSON.stringify(config),
      PEBBLE_VA_NOSLEEP: "1",
      PEBBLE_WFE_NONCEREJECT: "0",
    });
    run("acme", volume, "lego", ["sh", "-c", `printf %s "$DIRECTORY_CA" >/tmp/ca.pem\n${acmeCommand()[2]}`], {
      ...acmeEnvironment({ email: "ops@example.org", domains, directoryUrl: "https://pebble:14000/dir", checkSeconds: 5, retrySeconds: 1 }),
      DIRECTORY_CA: directory.authority.certificatePem,
      LEGO_CA_CERTIFICATES: "/tmp/ca.pem",
    });
  });

  after(() => {
    for (const container of containers.reverse()) spawnSync("docker", ["rm", "-f", container]);
    spawnSync("docker", ["network", "rm", name]);
    spawnSync("docker", ["volume", "rm", "-f", name]);
  });

  it("are fetched for each name, shown without a restart, and renewed in time", async () => {
    const log = (): string => docker(["logs", `${name}-acme`]);
    const started = docker(["inspect", "-f", "{{.State.StartedAt}} {{.State.Pid}}", `${name}-edge`]);
    const [first = ""] = domains;
    assert.match((await shown(first)).issuer, /Stackbook/, "the bootstrap certificate serves until then");
    await until("one for every name", async () => (await Promise.all(domains.map(shown))).every((certificate) => /Pebble/.test(certificate.issuer)), 60).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}\n${log()}`);
      },
    );
    const issued = await shown(first);
    assert.equal(issued.subjectAltName, `DNS:${first}`);
    await until("a renewal", async () => (await shown(first)).serialNumber !== issued.serialNumber, 60);
    assert.equal(docker(["inspect", "-f", "{{.State.StartedAt}} {{.State.Pid}}", `${name}-edge`]), started, "the edge was not restarted");
  });
});

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { call, connect, type Cluster } from "../../../platforms/kubernetes/api/client";

const repository = join(__dirname, "..", "..", "..");

export interface Thing {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/**
 * A real API server with its store, its controllers and its scheduler. The nodes are kwok's: they take pods and say how they
 * are, and run nothing. The disks' and the balancers' controllers, which a cloud brings, are played here.
 */
export class RealCluster {
  private readonly processes: ChildProcess[] = [];
  private isOpen = true;
  private cloud: Promise<void> = Promise.resolve();
  private connection: Cluster | undefined;

  private constructor(
    private readonly folder: string,
    private readonly bin: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<RealCluster> {
    const { stdout } = await promisify(execFile)(process.execPath, [join(repository, "airgap", "kubernetes", "build.mjs")], { maxBuffer: 1 << 24 });
    const [port, store, peers] = (await freePorts(3)) as [number, number, number];
    const cluster = new RealCluster(await mkdtemp(join(tmpdir(), "stackbook-kubernetes-")), stdout.trim(), port);
    try {
      await cluster.open(`http://127.0.0.1:${store}`, `http://127.0.0.1:${peers}`);
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  get kubeconfig(): string {
    return join(this.folder, "admin.json");
  }

  /** Of somebody who may look and not touch. */
  get viewersKubeconfig(): string {
    return join(this.folder, "viewer.json");
  }

  async ask(method: string, path: string, body?: object, contentType?: string): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    this.connection ??= await connect({ kubeconfig: this.kubeconfig });
    const { status, text } = await call(this.connection, method, path, body, contentType === undefined ? {} : { contentType });
    return { status, body: text.startsWith("{") ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {} };
  }

  async list(path: string): Promise<readonly Thing[]> {
    const { body, status } = await this.ask("GET", path);
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body["items"] as readonly Thing[];
  }

  async close(): Promise<void> {
    this.isOpen = false;
    await this.cloud;
    // The store last: the others would complain about it until they end.
    for (const child of this.processes.reverse()) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      const isLate = await Promise.race([ended.then(() => false), pause(10_000, true, { ref: false })]);
      if (isLate) child.kill("SIGKILL");
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async open(store: string, peers: string): Promise<void> {
    const at = (name: string): string => join(this.folder, name);
    const [admin, viewer] = [randomBytes(24).toString("hex"), randomBytes(24).toString("hex")];
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
    await mkdir(at("certs"));
    await Promise.all([
      writeFile(at("tokens.csv"), `${admin},admin,1,"system:masters"\n${viewer},viewer,2,""\n`),
      writeFile(at("key.pem"), privateKey),
      writeFile(at("public.pem"), publicKey),
      this.writeKubeconfig(this.kubeconfig, admin),
      this.writeKubeconfig(this.viewersKubeconfig, viewer),
    ]);
    this.run("etcd", ["--data-dir", at("store"), "--listen-client-urls", store, "--advertise-client-urls", store, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", `default=${peers}`]);
    this.run("kube-apiserver", [
      `--etcd-servers=${store}`, `--secure-port=${this.port}`, "--bind-address=127.0.0.1", "--endpoint-reconciler-type=none", `--cert-dir=${at("certs")}`,
      `--token-auth-file=${at("tokens.csv")}`, "--authorization-mode=RBAC", "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${at("public.pem")}`, `--service-account-signing-key-file=${at("key.pem")}`, "--service-cluster-ip-range=10.96.0.0/16",
    ]);
    await this.until("the API server is ready", 300, async () => (await this.ask("GET", "/readyz")).status === 200);
    const mine = [`--kubeconfig=${this.kubeconfig}`, "--leader-elect=false", "--secure-port=0"];
    this.run("kube-controller-manager", [...mine, `--service-account-private-key-file=${at("key.pem")}`]);
    this.run("kube-scheduler", mine);
    this.run("kwok", [
      `--kubeconfig=${this.kubeconfig}`, "--manage-all-nodes=true", `--config=${join(repository, "airgap", "kubernetes", "stages", "nodes-and-pods.yaml")}`,
      // Without leases the controllers take the nodes for dead after 50 s.
      "--node-lease-duration-seconds=40", "--server-address=", "--cidr=10.0.0.0/16", "--node-ip=10.1.0.1",
    ]);
    for (const [name, zone] of [["node-1", "zone-a"], ["node-2", "zone-b"]] as const) {
      await this.must("POST", "/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name, labels: { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone } } });
    }
    await this.must("POST", "/apis/storage.k8s.io/v1/storageclasses", { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "disks" }, provisioner: "kubernetes.io/no-provisioner", reclaimPolicy: "Retain" });
    await this.until("both nodes are ready", 120, async () => (await this.list("/api/v1/nodes")).every(({ status }) => (status?.["conditions"] as readonly { readonly type: string; readonly status: string }[] | undefined)?.some(({ status: is, type }) => type === "Ready" && is === "True") === true));
    this.cloud = this.playCloud();
  }

  /** Gives each claim that waits a disk, and each balancer an address. */
  private async playCloud(): Promise<void> {
    while (this.isOpen) {
      for (const claim of await this.list("/api/v1/persistentvolumeclaims").catch(() => [])) {
        if (claim.spec["volumeName"] !== undefined) continue;
        const { name, namespace, uid } = claim.metadata;
        await this.ask("POST", "/api/v1/persistentvolumes", {
          apiVersion: "v1",
          kind: "PersistentVolume",
          metadata: { name: `disk-${uid}` },
          spec: {
            capacity: (claim.spec["resources"] as { readonly requests: object }).requests,
            accessModes: claim.spec["accessModes"],
            storageClassName: claim.spec["storageClassName"],
            persistentVolumeReclaimPolicy: "Retain",
            claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
            hostPath: { path: `/disks/${uid}` },
          },
        });
      }
      for (const { metadata, spec, status } of await this.list("/api/v1/services").catch(() => [])) {
        if (spec["type"] !== "LoadBalancer" || (status?.["loadBalancer"] as { readonly ingress?: unknown } | undefined)?.ingress !== undefined) continue;
        await this.ask("PATCH", `/api/v1/namespaces/${metadata.namespace ?? ""}/services/${metadata.name}/status`, { status: { loadBalancer: { ingress: [{ ip: "192.0.2.10" }] } } }, "application/merge-patch+json");
      }
      await pause(500);
    }
  }

  private run(program: string, args: readonly string[]): void {
    const log = openSync(join(this.folder, `${program}.log`), "a");
    this.processes.push(spawn(join(this.bin, program), args, { stdio: ["ignore", log, log] }));
    closeSync(log);
  }

  private async must(method: string, path: string, body: object): Promise<void> {
    const made = await this.ask(method, path, body);
    if (made.status >= 300) throw new Error(`${path}: ${JSON.stringify(made.body)}`);
  }

  private async until(what: string, seconds: number, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      if (await isSo().catch(() => false)) return;
      const gone = this.processes.find(({ exitCode }) => exitCode !== null);
      if (gone !== undefined || Date.now() > deadline) throw new Error(`${what}: not after ${seconds} s${gone === undefined ? "" : `; ${gone.spawnfile} has ended`}\n${await this.lastWords()}`);
      await pause(300);
    }
  }

  private async lastWords(): Promise<string> {
    const words = await Promise.all(["etcd", "kube-apiserver", "kube-controller-manager", "kwok"].map(async (name) => `${name}:\n${(await readFile(join(this.folder, `${name}.log`), "utf8").catch(() => "")).split("\n").slice(-8).join("\n")}`));
    return words.join("\n");
  }

  private async writeKubeconfig(file: string, token: string): Promise<void> {
    const content = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "it",
      // Its certificate is made as it starts.
      clusters: [{ name: "it", cluster: { server: `https://127.0.0.1:${this.port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "me", user: { token } }],
      contexts: [{ name: "it", context: { cluster: "it", user: "me" } }],
    };
    await writeFile(file, JSON.stringify(content), { mode: 0o600 });
  }
}

/** Held all at once, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((done) => { const server = createServer().listen(0, "127.0.0.1", () => done(server)); })));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

import * as pulumi from "@pulumi/pulumi";
import type { SlotName, StackConfig, SystemConfig } from "../config/types";
import { versionsOf } from "../config/versions";
import type { Edge, Platform } from "../platforms/platform";
import { passKeyId } from "../config/passes";
import type { ServiceName } from "../systems";
import { authorizationSha256, SelfSignedCertificate, slotWeights, type EdgeDoor, type EdgeModel, type EdgeServer, type EdgeService, type EdgeSystem, type SlotShares } from "./edge";
import { admissionOf, closedOf } from "./edgeAdmission";
import { monitoringDoors, type MonitoringDoor } from "./monitoring/doors";
import { generatedSecret } from "./rotation/secret";
import type { System } from "./system";

export interface RoutedSystem {
  readonly config: SystemConfig;
  readonly system: System;
}

export interface EdgeSiteArgs {
  readonly stack: StackConfig;
  /** Provider of the dynamic resources. */
  readonly tasks: pulumi.ProviderResource;
  readonly platform: Platform;
}

/** The door to the net: one edge for all of a stack's systems, told apart by host name. */
export class EdgeSite extends pulumi.ComponentResource {
  readonly edge: Edge;
  /** Of a self-signed certificate: what a browser or curl must trust. */
  readonly caCertificate: pulumi.Output<string> | undefined;
  /** Public certificate of the edge, where the operator gave one. */
  readonly givenCertificate: pulumi.Output<string> | undefined;
  private readonly certificate: pulumi.Output<string> | undefined;
  /** To the stack's own pages. */
  readonly doors: readonly MonitoringDoor[];
  /** Who may use the doors that are for operators only. */
  readonly operator: { readonly user: string; readonly password: pulumi.Output<string> } | undefined;
  /** Signs operators' passes: what is closed for maintenance is open to them. */
  readonly passKey: pulumi.Output<string>;

  constructor(name: string, private readonly args: EdgeSiteArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:edge:Edge", name, {}, opts);
    const { stack, platform } = args;
    this.doors = platform.watch === undefined ? monitoringDoors(stack, (image) => platform.lacks(image)) : [];
    this.operator = this.doors.some(({ operatorsOnly }) => operatorsOnly) ? this.createOperator() : undefined;
    this.passKey = generatedSecret("edge-passKey", { length: 48, protect: false, generation: stack.edge.rotations?.["pass"] }, this).current;
    const hosts = [...stack.systems.filter((system) => system.enabled).map((system) => system.domain), ...this.doors.map(({ host }) => host)];
    this.edge = platform.createEdge({ ...stack.edge, hosts, protect: stack.protectData }, { parent: this });
    const { caCertificate, certificate, givenCertificate } = this.createCertificate();
    // Of the last part of the way, it is nobody's to trust.
    this.caCertificate = this.edge.isBehind === true ? undefined : caCertificate;
    this.givenCertificate = givenCertificate;
    this.certificate = certificate;
    this.registerOutputs({});
  }

  /** The last step of an update that creates: from here on visitors reach the new version. */
  route(systems: readonly RoutedSystem[]): pulumi.Resource {
    const { stack, platform } = this.args;
    const { password = pulumi.output(""), user = "" } = this.operator ?? {};
    const model = pulumi.all([pulumi.all(systems.map(edgeSystem)), password, this.passKey]).apply(
      ([routed, words, passKey]): EdgeModel => ({
        publicHttpsPort: stack.edge.httpsPort,
        systems: routed,
        doors: this.doors.map((door) => edgeDoor(door, authorizationSha256(user, words))),
        observed: stack.monitoring.enabled && platform.watch === undefined,
        drainSeconds: stack.edge.drainSeconds,
        ...admissionOf(stack, this.doors, passKey),
        ...(this.edge.acme === undefined ? {} : { acme: this.edge.acme }),
      }),
    );
    return platform.writeRoutes(
      {
        edge: this.edge,
        sites: systems.map(({ system }) => system.site),
        model,
        pass: this.passKey.apply((key) => ({ id: passKeyId(key), key })),
        drainSeconds: stack.edge.drainSeconds,
        ...(this.certificate === undefined ? {} : { certificate: this.certificate }),
      },
      { parent: this, dependsOn: systems.flatMap(({ system }) => system.versions.flatMap(({ workloads }) => Object.values(workloads).flatMap((workload) => workload.ready))) },
    );
  }

  /** Generated, never a default (X3); it opens no data and can be made again, so nothing protects it. */
  private createOperator(): { user: string; password: pulumi.Output<string> } {
    const generation = this.args.stack.edge.rotations?.["operator"];
    return { user: "operator", password: generatedSecret("edge-operatorPassword", { length: 32, protect: false, generation }, this).current };
  }

  private createCertificate(): { caCertificate?: pulumi.Output<string>; certificate?: pulumi.Output<string>; givenCertificate?: pulumi.Output<string> } {
    const { tls } = this.args.stack.edge;
    if (tls.kind === "given") {
      const secret = (ref: { namespace: string; key: string }): pulumi.Output<string> => new pulumi.Config(ref.namespace).requireSecret(ref.key);
      return { givenCertificate: pulumi.unsecret(secret(tls.certificate)), certificate: pulumi.interpolate`${secret(tls.certificate)}\n${secret(tls.privateKey)}\n` };
    }
    // All systems of the stack, running or not, so that stopping one renews nothing. With ACME it serves until
    // the authority has given one of its own: HAProxy can't listen without any.
    const dnsNames = ["localhost", ...this.args.stack.systems.map((system) => system.domain), ...this.doors.map(({ host }) => host)];
    const made = new SelfSignedCertificate("edge-certificate", { dnsNames, ipAddresses: ["127.0.0.1"] }, { parent: this, provider: this.args.tasks });
    return {
      ...(tls.kind === "acme" ? {} : { caCertificate: made.caCertificatePem }),
      certificate: pulumi.interpolate`${made.certificatePem}\n${made.privateKeyPem}\n`,
    };
  }
}

function edgeDoor({ healthPath, host, name, operatorsOnly, target, websockets }: MonitoringDoor, authorization: string): EdgeDoor {
  return { name, host, target, healthPath, ...(websockets === undefined ? {} : { websockets }), ...(operatorsOnly ? { authorizationSha256: authorization } : {}) };
}

/** What the edge must know of one system; the hosts of its servers are known once they are created. */
export function edgeSystem({ config, system }: RoutedSystem): pulumi.Output<EdgeSystem> {
  const { spec } = config;
  const names = Object.keys(spec.services) as ServiceName[];
  const shares = sharesOf(config);
  return pulumi.all(names.map((name) => serversOf(system, name, shares))).apply((servers) => ({
    id: spec.id,
    hosts: [config.domain],
    routes: spec.routes.map(({ path, service, websocket, sticky }) => ({
      path,
      service,
      ...(websocket === undefined ? {} : { websocket }),
      ...(sticky === undefined ? {} : { sticky }),
    })),
    services: names.map(
      (name, i): EdgeService => ({
        name,
        port: spec.services[name].port,
        healthPath: spec.services[name].health.ready ?? spec.services[name].health.path,
        servers: servers[i] ?? [],
      }),
    ),
    corsOrigins: config.corsOrigins,
    ...(shares === undefined ? {} : { shares }),
    requestsPerMinute: config.rateLimit.requestsPerMinute,
    maxBodyBytes: config.maxBodyMiB * 1024 * 1024,
    ...closedOf(config),
  }));
}

/** Undefined: there is one version, and nothing to share. */
function sharesOf(config: SystemConfig): SlotShares | undefined {
  const percents = Object.fromEntries(versionsOf(config).map(({ percent, slot }) => [slot, percent])) as Partial<SlotShares>;
  const { a, b } = percents;
  return a === undefined || b === undefined ? undefined : { a, b };
}

/** Of all versions; which of them is the system's own makes no difference to the edge. */
function serversOf(system: System, service: ServiceName, shares: SlotShares | undefined): pulumi.Output<EdgeServer[]> {
  const servers = system.versions.flatMap(({ config: { slot }, workloads }) => workloads[service].servers.map((server) => ({ ...server, slot })));
  const count = (slot: SlotName): number => servers.filter((server) => server.slot === slot).length;
  const weights = shares === undefined ? undefined : slotWeights(shares, { a: count("a"), b: count("b") });
  return pulumi.all(servers.map(({ host, name, slot }) => host.apply((known): EdgeServer => ({ name, host: known, ...(weights === undefined ? {} : { weight: weights[slot] }) }))));
}

import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StackConfig, SystemConfig } from "../config/types";
import type { Edge, Platform } from "../platforms/platform";
import type { ServiceName } from "../systems";
import { authorizationSha256, SelfSignedCertificate, type EdgeDoor, type EdgeModel, type EdgeService, type EdgeSystem } from "./edge";
import { monitoringDoors, type MonitoringDoor } from "./monitoring/doors";
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

  constructor(name: string, private readonly args: EdgeSiteArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:edge:Edge", name, {}, opts);
    const { stack, platform } = args;
    this.doors = monitoringDoors(stack, (image) => platform.lacks(image));
    this.operator = this.doors.some(({ operatorsOnly }) => operatorsOnly) ? this.createOperator() : undefined;
    const hosts = [...stack.systems.filter((system) => system.enabled).map((system) => system.domain), ...this.doors.map(({ host }) => host)];
    this.edge = platform.createEdge({ ...stack.edge, hosts, protect: stack.protectData }, { parent: this });
    const { caCertificate, certificate, givenCertificate } = this.createCertificate();
    this.caCertificate = caCertificate;
    this.givenCertificate = givenCertificate;
    this.certificate = certificate;
    this.registerOutputs({});
  }

  /** The last step of an update that creates: from here on visitors reach the new version. */
  route(systems: readonly RoutedSystem[]): pulumi.Resource {
    const { stack, platform } = this.args;
    const { password = pulumi.output(""), user = "" } = this.operator ?? {};
    const model = pulumi.all([pulumi.all(systems.map(edgeSystem)), password]).apply(
      ([routed, words]): EdgeModel => ({
        publicHttpsPort: stack.edge.httpsPort,
        systems: routed,
        doors: this.doors.map((door) => edgeDoor(door, authorizationSha256(user, words))),
        observed: stack.monitoring.enabled,
        drainSeconds: stack.edge.drainSeconds,
        ...(this.edge.acme === undefined ? {} : { acme: this.edge.acme }),
      }),
    );
    return platform.writeRoutes(
      {
        edge: this.edge,
        sites: systems.map(({ system }) => system.site),
        model,
        drainSeconds: stack.edge.drainSeconds,
        ...(this.certificate === undefined ? {} : { certificate: this.certificate }),
      },
      { parent: this, dependsOn: systems.flatMap(({ system }) => Object.values(system.workloads).flatMap((workload) => workload.ready)) },
    );
  }

  /** Generated, never a default (X3); it opens no data and can be made again, so nothing protects it. */
  private createOperator(): { user: string; password: pulumi.Output<string> } {
    const { result } = new random.RandomPassword("edge-operatorPassword", { length: 32, special: false }, { parent: this });
    return { user: "operator", password: pulumi.secret(result) };
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
  const names = Object.keys(system.workloads) as ServiceName[];
  return pulumi.all(names.map((name) => pulumi.all(system.workloads[name].servers.map((server) => server.host)))).apply((hosts) => ({
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
        servers: system.workloads[name].servers.map((server, j) => ({ name: server.name, host: hosts[i]?.[j] ?? "" })),
      }),
    ),
    corsOrigins: config.corsOrigins,
    requestsPerMinute: config.rateLimit.requestsPerMinute,
    maxBodyBytes: config.maxBodyMiB * 1024 * 1024,
  }));
}

import * as pulumi from "@pulumi/pulumi";
import type { StackConfig, SystemConfig } from "../config/types";
import type { Access, AppImage, Database, DataFolderRef, Endpoint, Platform, Site, Workload } from "../platforms/platform";
import type { ServiceName } from "../systems";
import type { Backups } from "./backup";
import { uploadsPath } from "./backup/parts";
import type { Data } from "./data";
import { Demo, type Login } from "./demo";
import { buildTimeSettings, databaseUrl, redisUrl, referenceSettings, resolveSettings, type SettingValues } from "./settings";

export interface SystemArgs {
  readonly stack: StackConfig;
  readonly config: SystemConfig;
  readonly platform: Platform;
  readonly data: Data;
  /** Absent: nothing of the stack is backed up. */
  readonly backups?: Backups;
}

/** What a process of the backend needs, be it the server, a migration or the demo. */
export interface BackendParts {
  readonly site: Site;
  readonly image: AppImage;
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly access: readonly Access[];
  readonly folders: readonly DataFolderRef[];
}

/** Seconds that a container gets to finish its requests after the edge has let go of it. */
const stopSeconds = 30;

/** One of the five systems, running: private networks, database, cache, migration, services. */
export class System extends pulumi.ComponentResource {
  readonly site: Site;
  readonly images: Readonly<Record<ServiceName, AppImage>>;
  readonly workloads: Readonly<Record<ServiceName, Workload>>;
  readonly login: Login | undefined;
  readonly database: Database;
  readonly cache: Endpoint | undefined;
  /** Name of the backup that was taken before the newest change; empty: there was nothing to back up. */
  readonly backup: pulumi.Output<string>;

  constructor(name: string, private readonly args: SystemArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:system:System", name, {}, opts);
    const { config, data, platform } = args;
    const inside = { parent: this };
    const site = platform.createSite({ system: config.spec.id, hasCache: config.redis }, inside);
    const database = platform.createDatabase(
      {
        system: config.spec.id,
        site,
        data: data.database,
        spec: config.spec.database,
        adminPassword: data.databaseAdminPassword,
        rolePassword: data.databasePassword,
        ...(data.monitorPassword === undefined ? {} : { monitorPassword: data.monitorPassword }),
      },
      inside,
    );
    const cache = this.createCache(site);
    const images = { backend: this.createImage("backend"), frontend: this.createImage("frontend") };
    const backend: BackendParts = {
      site,
      image: images.backend,
      settings: this.settings("backend", database, cache),
      access: config.redis ? ["web", "database", "cache"] : ["web", "database"],
      folders: data.folders,
    };
    const stores = [...database.ready, ...(cache?.ready ?? [])];
    const { folders } = data;
    const uploads = config.spec.backup.parts.includes("uploads") ? folders.filter(({ name }) => name === "uploads").map((folder) => ({ ...folder, path: uploadsPath })) : [];
    const guarded = this.args.backups?.guard({ config, data, site, database, cache, images, folders: uploads, stores });
    const migrated = this.migrate(backend, [...stores, ...(guarded?.done ?? [])], guarded?.restore);
    const demo = new Demo(config.spec.id, { ...this.args, backend }, { parent: this, dependsOn: migrated });
    const workloads = {
      backend: this.createWorkload("backend", backend, migrated, guarded?.restore),
      frontend: this.createWorkload(
        "frontend",
        { site, image: images.frontend, settings: this.settings("frontend", database, cache), access: ["web"], folders: [] },
        [],
      ),
    };
    this.site = site;
    this.database = database;
    this.cache = cache;
    this.images = images;
    this.backup = guarded?.backup ?? pulumi.output("");
    this.workloads = workloads;
    this.login = demo.login;
    this.registerOutputs({});
  }

  private createCache(site: Site): Endpoint | undefined {
    const { config, data, platform } = this.args;
    if (data.cache === undefined || config.spec.redis === undefined) return undefined;
    const { folder, password } = data.cache;
    return platform.createCache({ system: config.spec.id, site, data: folder, spec: config.spec.redis, password }, { parent: this });
  }

  private createImage(service: ServiceName): AppImage {
    const { config, platform } = this.args;
    const spec = config.spec.services[service];
    return platform.createImage(
      {
        system: config.spec.id,
        service,
        kind: spec.kind,
        version: config.version,
        source: config.services[service].image,
        buildSettings: buildTimeSettings(spec.settings, this.publicOrigin()),
      },
      { parent: this },
    );
  }

  /** Where browsers find the system; the port is left out when it is the scheme's own. */
  private publicOrigin(): string {
    const { config, stack } = this.args;
    return `https://${config.domain}${stack.edge.httpsPort === 443 ? "" : `:${stack.edge.httpsPort}`}`;
  }

  private settings(service: ServiceName, database: Endpoint, cache: Endpoint | undefined): Record<string, pulumi.Input<string>> {
    const { config, data, stack } = this.args;
    const { spec } = config;
    const serviceSpec = spec.services[service];
    const { databasePassword } = data;
    const values: SettingValues = {
      environment: stack.environment,
      port: serviceSpec.port,
      databaseUrl: databaseUrl(spec.database.engine, spec.database.role, databasePassword, database.host, database.port, spec.database.name),
      databaseUser: spec.database.role,
      databasePassword,
      databaseName: spec.database.name,
      ...(cache === undefined || data.cache === undefined ? {} : { redisUrl: redisUrl(data.cache.password, cache.host, cache.port) }),
      secrets: data.secrets,
      corsOrigins: config.corsOrigins,
      publicOrigin: this.publicOrigin(),
    };
    const given = config.services[service];
    const secretSettings = service === "backend" ? (config.secretSettings ?? {}) : {};
    return {
      ...(given.image.kind === "reference-app" ? referenceSettings(spec.id, service) : {}),
      ...resolveSettings(serviceSpec.settings, values),
      ...given.settings,
      ...Object.fromEntries(
        Object.entries(secretSettings).map(([name, ref]) => [name, new pulumi.Config(ref.namespace).requireSecret(ref.key)]),
      ),
    };
  }

  /** Before the new version's containers: a migration that fails leaves the old version serving. What was restored may lack the newest. */
  private migrate(backend: BackendParts, before: pulumi.Resource[], restore: string | undefined): pulumi.Resource[] {
    const { config, platform } = this.args;
    if (config.migration === undefined) return before;
    const { command } = config.migration;
    const { memoryMiB } = config.services.backend;
    const triggers = restore === undefined ? {} : { triggers: [restore] };
    const task = platform.runTask("migration", { system: config.spec.id, ...backend, command, memoryMiB, ...triggers }, { parent: this, dependsOn: before });
    return [...before, task];
  }

  private createWorkload(service: ServiceName, parts: BackendParts, after: pulumi.Resource[], restore?: string): Workload {
    const { config, platform } = this.args;
    const { replicas, memoryMiB, cpus } = config.services[service];
    return platform.createWorkload(
      {
        ...parts,
        system: config.spec.id,
        service: config.spec.services[service],
        version: config.version,
        slot: config.slot,
        replicas,
        memoryMiB,
        cpus,
        stopSeconds,
        ...(restore === undefined ? {} : { restore }),
      },
      { parent: this, dependsOn: after },
    );
  }
}

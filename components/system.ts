import * as pulumi from "@pulumi/pulumi";
import type { StackConfig, SystemConfig } from "../config/types";
import { versionsOf, type VersionConfig } from "../config/versions";
import type { Access, AppImage, Database, DataFolderRef, Endpoint, LoginGenerations, Platform, Site, Workload } from "../platforms/platform";
import type { ServiceName } from "../systems";
import type { Backups } from "./backup";
import { uploadsPath, type Guarded } from "./backup/parts";
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

/** A version with what it is made of. */
export interface VersionImages {
  readonly config: VersionConfig;
  readonly images: Readonly<Record<ServiceName, AppImage>>;
}

/** A version in its slot, running. */
export interface RunningVersion extends VersionImages {
  readonly backend: BackendParts;
  readonly workloads: Readonly<Record<ServiceName, Workload>>;
  /** What its containers came after: stores, backup, restore, its migration. */
  readonly migrated: pulumi.Resource[];
  /** Name of the backup that was taken before it came; empty: there was nothing to back up. */
  readonly backup: pulumi.Output<string>;
}

/** Seconds that a container gets to finish its requests after the edge has let go of it. */
const stopSeconds = 30;

/** One of the five systems, running: private networks, database, cache, and of each version its migration and services. */
export class System extends pulumi.ComponentResource {
  readonly site: Site;
  /** The system's own, then the one beside it. Each resource of a version is named after its slot, so that exchanging the two changes none. */
  readonly versions: readonly [RunningVersion, ...RunningVersion[]];
  readonly login: Login | undefined;
  readonly database: Database;
  readonly cache: Endpoint | undefined;

  constructor(name: string, private readonly args: SystemArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:system:System", name, {}, opts);
    const { config, platform } = args;
    this.site = platform.createSite({ system: config.spec.id, hasCache: config.redis }, { parent: this });
    this.database = this.createDatabase();
    this.cache = this.createCache();
    const [own, ...beside] = versionsOf(config);
    const [ownImages, ...besideImages] = [this.createImages(own), ...beside.map((version) => this.createImages(version))] as const;
    const stores = [...this.database.ready, ...(this.cache?.ready ?? [])];
    const guarded = this.guard([ownImages, ...besideImages], stores);
    const first = this.createVersion(ownImages, guarded, [...stores, ...(guarded?.done ?? [])]);
    // Never two migrations at a time, after a restore that lacks both.
    this.versions = [first, ...besideImages.map((version) => this.createVersion(version, guarded, first.migrated))];
    this.login = new Demo(config.spec.id, { ...args, backend: first.backend }, { parent: this, dependsOn: first.migrated }).login;
    this.registerOutputs({});
  }

  /** Of the system's own version, like the two that follow. */
  get images(): RunningVersion["images"] {
    return this.versions[0].images;
  }

  get workloads(): RunningVersion["workloads"] {
    return this.versions[0].workloads;
  }

  get backup(): RunningVersion["backup"] {
    return this.versions[0].backup;
  }

  private createDatabase(): Database {
    const { config, data, platform } = this.args;
    return platform.createDatabase(
      {
        system: config.spec.id,
        site: this.site,
        data: data.database,
        spec: config.spec.database,
        adminPassword: data.databaseAdminPassword,
        rolePassword: data.databasePassword,
        ...(data.monitorPassword === undefined ? {} : { monitorPassword: data.monitorPassword }),
      },
      { parent: this },
    );
  }

  private createCache(): Endpoint | undefined {
    const { config, data, platform } = this.args;
    if (data.cache === undefined || config.spec.redis === undefined) return undefined;
    const { folder, password } = data.cache;
    return platform.createCache({ system: config.spec.id, site: this.site, data: folder, spec: config.spec.redis, password }, { parent: this });
  }

  private createImages(version: VersionConfig): VersionImages {
    return { config: version, images: { backend: this.createImage(version, "backend"), frontend: this.createImage(version, "frontend") } };
  }

  private createImage(version: VersionConfig, service: ServiceName): AppImage {
    const { config, platform } = this.args;
    const spec = config.spec.services[service];
    return platform.createImage(
      {
        system: config.spec.id,
        service,
        slot: version.slot,
        kind: spec.kind,
        version: version.version,
        source: version.images[service],
        buildSettings: buildTimeSettings(spec.settings, this.publicOrigin()),
      },
      { parent: this },
    );
  }

  private guard(versions: readonly [VersionImages, ...VersionImages[]], stores: pulumi.Resource[]): Guarded | undefined {
    const { backups, config, data } = this.args;
    const { folders } = data;
    const uploads = config.spec.backup.parts.includes("uploads") ? folders.filter(({ name }) => name === "uploads").map((folder) => ({ ...folder, path: uploadsPath })) : [];
    return backups?.guard({ config, data, site: this.site, database: this.database, cache: this.cache, versions, folders: uploads, stores });
  }

  /** Its migration, then its services. */
  private createVersion(version: VersionImages, guarded: Guarded | undefined, before: pulumi.Resource[]): RunningVersion {
    const { config, data } = this.args;
    const backend: BackendParts = {
      site: this.site,
      image: version.images.backend,
      settings: this.settings("backend", version.config),
      access: config.redis ? ["web", "database", "cache"] : ["web", "database"],
      folders: data.folders,
    };
    const frontend: BackendParts = { site: this.site, image: version.images.frontend, settings: this.settings("frontend", version.config), access: ["web"], folders: [] };
    const migrated = this.migrate(version.config, backend, before, guarded?.restore);
    const workloads = {
      backend: this.createWorkload("backend", version.config, backend, migrated, guarded?.restore),
      frontend: this.createWorkload("frontend", version.config, frontend, []),
    };
    return { ...version, backend, workloads, migrated, backup: guarded?.backups[version.config.slot] ?? pulumi.output("") };
  }

  /** Ends what was exchanged. @param after what nobody asks the old containers any more */
  retireLogins(after: readonly pulumi.Resource[]): pulumi.Resource[] {
    const { cache, database, site } = this;
    return this.args.platform.retireLogins({ site, database, cache, logins: this.logins() }, { parent: this, dependsOn: [...after] });
  }

  private logins(): LoginGenerations {
    const { cache, databasePassword } = this.args.data;
    return { database: databasePassword.generation, cache: cache?.password.generation ?? 0 };
  }

  /** Where browsers find the system; the port is left out when it is the scheme's own. */
  private publicOrigin(): string {
    const { config, stack } = this.args;
    return `https://${config.domain}${stack.edge.httpsPort === 443 ? "" : `:${stack.edge.httpsPort}`}`;
  }

  private settings(service: ServiceName, version: VersionConfig): Record<string, pulumi.Input<string>> {
    const { cache, database } = this;
    const { config, data, stack } = this.args;
    const { spec } = config;
    const serviceSpec = spec.services[service];
    const databasePassword = data.databasePassword.current;
    const values: SettingValues = {
      environment: stack.environment,
      port: serviceSpec.port,
      databaseUrl: databaseUrl(spec.database.engine, database.user, databasePassword, database.host, database.port, spec.database.name, database.options),
      databaseUser: database.user,
      databasePassword,
      databaseName: spec.database.name,
      ...(cache === undefined || data.cache === undefined ? {} : { redisUrl: redisUrl(data.cache.password.current, cache) }),
      secrets: data.secrets,
      corsOrigins: config.corsOrigins,
      publicOrigin: this.publicOrigin(),
    };
    const secretSettings = service === "backend" ? (config.secretSettings ?? {}) : {};
    return {
      ...(version.images[service].kind === "reference-app" ? referenceSettings(spec.id, service) : {}),
      ...resolveSettings(serviceSpec.settings, values),
      ...config.services[service].settings,
      ...Object.fromEntries(
        Object.entries(secretSettings).map(([name, ref]) => [name, new pulumi.Config(ref.namespace).requireSecret(ref.key)]),
      ),
    };
  }

  /**
   * Before the new version's containers: a migration that fails leaves the old version serving. Once for each image
   * on each database, and for each restore, as what was restored may lack the newest: a new password is no reason.
   */
  private migrate(version: VersionConfig, backend: BackendParts, before: pulumi.Resource[], restore: string | undefined): pulumi.Resource[] {
    const { config, data, platform } = this.args;
    if (version.migration === undefined) return before;
    const { command } = version.migration;
    const task = platform.runTask(
      "migration",
      {
        ...backend,
        system: config.spec.id,
        slot: version.slot,
        command,
        memoryMiB: config.services.backend.memoryMiB,
        triggers: [backend.image.reference, JSON.stringify(command), data.database.volume, ...(restore === undefined ? [] : [restore])],
        onlyOnTriggers: true,
      },
      { parent: this, dependsOn: before },
    );
    return [...before, task];
  }

  private createWorkload(service: ServiceName, { slot, version }: VersionConfig, parts: BackendParts, after: pulumi.Resource[], restore?: string): Workload {
    const { config, platform } = this.args;
    const { replicas, memoryMiB, cpus } = config.services[service];
    return platform.createWorkload(
      {
        ...parts,
        system: config.spec.id,
        service: config.spec.services[service],
        version,
        slot,
        replicas,
        memoryMiB,
        cpus,
        stopSeconds,
        ...(restore === undefined ? {} : { restore }),
        ...(service === "backend" ? { logins: this.logins() } : {}),
      },
      { parent: this, dependsOn: after },
    );
  }
}

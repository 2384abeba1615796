import * as pulumi from "@pulumi/pulumi";
import { dataDirectory, drillDataDirectory, scratchDirectory, secretsFolder, settingsDirectory, settingsFile } from "../../backups/settings";
import type { BackupOutput } from "../../backups/outputs";
import type { SlotName, StackConfig, SystemBackups } from "../../config/types";
import type { AppImage, ConfigFilesArgs, Daemon, DataFolderRef, ExclusiveTask, Platform, SharedConfig, TaskRun } from "../../platforms/platform";
import type { VersionImages } from "../system";
import { credentialsFile, storeSettings, type BackupData } from "./data";
import { backupName, restoredOutput, storeOutput } from "./outputs";
import { agentUser, memory, needsNet, timeouts, type Guarded, type SystemParts } from "./parts";
import { backupSettings, encryptionSettings, keyFile, signingKeyFile } from "./settings";

export interface BackupsArgs {
  readonly stack: StackConfig;
  readonly platform: Platform;
  readonly data: BackupData;
}

/** In which the agent is told what the data is of. */
const releaseVariable = "BACKUP_RELEASE";

interface SavedBefore {
  readonly slot: SlotName;
  readonly run: TaskRun;
}

/** What is with a system's agents when they have been made. */
interface Agents {
  readonly agent: Daemon;
  readonly drill: Daemon | undefined;
  readonly restore: ExclusiveTask;
}

/**
 * Backups of a stack's running systems: for each an agent that makes them, one that rehearses their restore, the
 * backup before a change, and the restore that the configuration asks for.
 */
export class Backups extends pulumi.ComponentResource {
  private readonly agents = new Map<string, Agents>();
  private readonly images = new Map<string, AppImage>();

  constructor(name: string, private readonly args: BackupsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:backup:Backups", name, {}, opts);
    this.registerOutputs({});
  }

  /**
   * A system's agents, beside whatever its own update does, and what this update must wait for before it changes
   * anything. Undefined: the system is not backed up.
   */
  guard(parts: SystemParts): Guarded | undefined {
    const { backups, restore, spec } = parts.config;
    if (backups === undefined) return undefined;
    const image = this.image(spec.database.engine);
    const config = this.createConfig(parts, backups, image);
    const data = this.folder(parts, "backup", dataDirectory);
    const saved = this.saveBeforeChanges(parts, image, config, data);
    const task = this.restore(parts, image, config, data, saved.map(({ run }) => run));
    const drillData = this.args.stack.backups.drill.enabled ? this.folder(parts, "drill", dataDirectory) : undefined;
    const agent = this.createAgent(parts, image, config, data, drillData);
    const drill = drillData === undefined ? undefined : this.createDrill(parts, backups, image, drillData);
    this.agents.set(spec.id, { agent, drill, restore: task });
    return { done: [...saved.map(({ run }) => run), task.done], backups: Object.fromEntries(saved.map(({ slot, run }) => [slot, run.answer.apply(backupName)])), ...(restore === undefined ? {} : { restore: restore.id }) };
  }

  /**
   * Done when all agents are healthy.
   * @param routes what comes first: an agent that doesn't start keeps no visitor from a new version
   */
  await(routes: pulumi.Resource): pulumi.Resource | undefined {
    const daemons = [...this.agents.values()].flatMap(({ agent, drill }) => (drill === undefined ? [agent] : [agent, drill]));
    return daemons.length === 0 ? undefined : this.args.platform.awaitDaemons("backups", daemons, { parent: this, dependsOn: [routes] });
  }

  /** The stack output `backups`. */
  get outputs(): Record<string, pulumi.Output<BackupOutput>> {
    const { data, stack } = this.args;
    const hosts = pulumi.all(data.stores.map(({ folder }) => folder?.volume));
    return Object.fromEntries(
      [...this.agents].map(([id, { agent, drill, restore }]) => {
        const wanted = stack.systems.find(({ spec }) => spec.id === id)?.restore;
        const described = pulumi.all([agent.container, drill?.container, hosts, restore.answer]).apply(
          ([agentContainer, drillContainer, volumes, answer]): BackupOutput => ({
            agent: agentContainer,
            drill: drillContainer ?? null,
            keyId: data.keys.keyId,
            stores: data.stores.map((ref, i) => storeOutput(ref, volumes[i])),
            ...(wanted === undefined ? {} : restoredOutput(wanted.id, answer)),
          }),
        );
        return [id, described];
      }),
    );
  }

  /** One for each kind of database. */
  private image(engine: "postgres" | "mongodb"): AppImage {
    const image = this.images.get(engine) ?? this.args.platform.createAgentImage("backup", { parent: this }, { DATABASE_IMAGE: engine, REDIS_IMAGE: "redis" });
    this.images.set(engine, image);
    return image;
  }

  private folder({ config: { spec } }: SystemParts, name: string, path: string): DataFolderRef {
    return this.args.platform.createFolder(spec.id, { name, path }, false, { parent: this });
  }

  private stores(): DataFolderRef[] {
    return this.args.data.stores.flatMap(({ folder }) => (folder === undefined ? [] : [folder]));
  }

  private createConfig(parts: SystemParts, backups: SystemBackups, image: AppImage): SharedConfig {
    const { spec } = parts.config;
    const daemon = { name: "backup", system: spec.id, role: "backup", image: image.reference, user: agentUser } as const;
    const { cache, databaseAdminPassword } = parts.data;
    // A password that was exchanged is given to the agent when the stores have it.
    const isExchanged = databaseAdminPassword.generation + (cache?.password.generation ?? 0) > 0;
    return this.args.platform.createConfig({ daemon, ...this.configFiles(parts, backups, { canLogIn: true }) }, { parent: this, ...(isExchanged ? { dependsOn: parts.stores } : {}) });
  }

  /** The settings, and what opens stores, backups and, where it may log in, the system's own. */
  private configFiles({ cache, config, data, database, folders, versions }: SystemParts, backups: SystemBackups, { canLogIn }: { canLogIn: boolean }): ConfigFilesArgs {
    const { data: { keys, stores }, stack } = this.args;
    const { parts } = config.spec.backup;
    const redis = parts.includes("redis") ? cache : undefined;
    const known = pulumi.all([
      referencesOf(versions[0]),
      database.host,
      redis?.host,
      keys.kind === "publicKey" ? keys.signingPublicKey : undefined,
    ]);
    const settings = known.apply(([references, databaseHost, redisHost, signingPublicKey]) =>
      backupSettings({
        stack,
        config,
        backups,
        images: references,
        database: { host: databaseHost, port: database.port, adminUser: database.adminUser },
        ...(redis === undefined || redisHost === undefined ? {} : { cache: { host: redisHost, port: redis.port } }),
        ...(folders.length === 0 ? {} : { uploads: { path: folders[0]?.path ?? "" } }),
        stores: stores.map(storeSettings),
        encryption: encryptionSettings(keys, signingPublicKey),
      }),
    );
    const secrets: Record<string, pulumi.Input<string>> = {
      ...(canLogIn ? { "database-password": data.databaseAdminPassword.current } : {}),
      ...(canLogIn && redis !== undefined && data.cache !== undefined ? { "redis-password": data.cache.password.current } : {}),
      ...(keys.kind === "symmetric" ? Object.fromEntries(Object.entries(keys.keys).map(([id, key]) => [keyFile(id), key])) : { [signingKeyFile]: keys.signingKey }),
      ...Object.fromEntries(stores.flatMap(({ credentials, store }) => (credentials === undefined ? [] : [[credentialsFile(store.name), pulumi.jsonStringify(credentials)]]))),
    };
    return {
      directory: settingsDirectory,
      files: settings.apply((value): Record<string, string> => ({ [settingsFile]: `${JSON.stringify(value, null, 2)}\n` })),
      secretFiles: pulumi.all(Object.fromEntries(Object.entries(secrets).map(([file, text]) => [`${secretsFolder}/${file}`, text]))),
      onChange: { signal: "SIGHUP" },
      // A backup that is under way ends with the settings it began with.
      looksItself: true,
    };
  }

  /**
   * Whenever another version, or other images of one, are about to be brought to the data (B1). A new database has
   * nothing to save. One for each slot, so that a version whose turn comes is no new one.
   */
  private saveBeforeChanges(parts: SystemParts, image: AppImage, config: SharedConfig, data: DataFolderRef): readonly SavedBefore[] {
    const [own, ...others] = parts.versions;
    const first = this.saveBefore(own, undefined, parts, image, config, data, parts.stores);
    return [first, ...others.map((version) => this.saveBefore(version, own, parts, image, config, data, [...parts.stores, first.run]))];
  }

  /** @param running whose data it is; absent: what was in the slot before, which the task itself knows */
  private saveBefore(coming: VersionImages, running: VersionImages | undefined, parts: SystemParts, image: AppImage, config: SharedConfig, data: DataFolderRef, after: pulumi.Resource[]): SavedBefore {
    const { config: { spec }, folders } = parts;
    const { slot, version } = coming.config;
    const request = { BACKUP_REQUEST: JSON.stringify({ tier: "deploy", reason: `before ${version}` }) };
    const run = this.args.platform.runTask(
      "before-change",
      {
        ...this.task(parts, image, config),
        slot,
        title: `backup of ${spec.id} before ${version}`,
        command: ["node", "/app/backup.js", "run"],
        settings: running === undefined ? request : { ...request, [releaseVariable]: release(running) },
        folders: [data, ...this.stores()],
        shared: folders,
        memoryMiB: memory.agent,
        timeoutSeconds: timeouts.backup,
        triggers: [release(coming)],
        onlyOnTriggers: true,
        ...(running === undefined ? { previousTrigger: releaseVariable } : {}),
      },
      { parent: this, dependsOn: after },
    );
    return { slot, run };
  }

  private restore(parts: SystemParts, image: AppImage, config: SharedConfig, data: DataFolderRef, after: pulumi.Resource[]): ExclusiveTask {
    const { config: { restore, spec }, folders, stores } = parts;
    const scratch = this.folder(parts, "restore-scratch", scratchDirectory);
    return this.args.platform.runExclusively(
      "restore",
      {
        ...this.task(parts, image, config),
        title: restore === undefined ? `${spec.id}: no restore` : `restore of ${spec.id} from ${restore.backup}`,
        command: ["node", "/app/backup.js", "restore"],
        settings: restore === undefined ? {} : { BACKUP_REQUEST: JSON.stringify(restore) },
        folders: [data, scratch, ...folders, ...this.stores()],
        memoryMiB: memory.restore,
        timeoutSeconds: timeouts.restore,
        triggers: [restore === undefined ? "none" : JSON.stringify(restore)],
        onlyOnTriggers: true,
        stops: "backend",
        isResting: restore === undefined,
      },
      { parent: this, dependsOn: [...stores, ...after] },
    );
  }

  private task({ cache, config: { spec }, site }: SystemParts, image: AppImage, config: SharedConfig) {
    return {
      system: spec.id,
      site,
      image,
      config,
      access: cache === undefined ? (["database"] as const) : (["database", "cache"] as const),
      hasWayOut: needsNet(this.args.stack),
    };
  }

  private createAgent(parts: SystemParts, image: AppImage, config: SharedConfig, data: DataFolderRef, drillData: DataFolderRef | undefined): Daemon {
    const { cache, config: { spec }, folders, site, stores } = parts;
    return this.args.platform.createDaemon(
      {
        name: "backup",
        system: spec.id,
        role: "backup",
        image: image.reference,
        env: { BACKUP_ROLE: "backup" },
        user: agentUser,
        places: [{ site, access: "database" }, ...(cache === undefined ? [] : [{ site, access: "cache" } as const])],
        config,
        data,
        folders: this.stores(),
        hasWayOut: needsNet(this.args.stack),
        shared: [...folders, ...(drillData === undefined ? [] : [{ ...drillData, path: drillDataDirectory }])],
        healthcheck: { port: 8080, path: "/healthz" },
        memoryMiB: memory.agent,
        cpus: 1,
        stopSeconds: 30,
      },
      { parent: this, dependsOn: stores },
    );
  }

  /** It has a key and no way to anything live: what a backup may do to who restores it, it does to a server that nobody uses. */
  private createDrill(parts: SystemParts, backups: SystemBackups, image: AppImage, data: DataFolderRef): Daemon {
    const { config: { spec } } = parts;
    return this.args.platform.createDaemon(
      {
        name: "drill",
        system: spec.id,
        role: "backup",
        image: image.reference,
        env: { BACKUP_ROLE: "drill" },
        user: agentUser,
        places: [],
        config: this.configFiles(parts, backups, { canLogIn: false }),
        data,
        folders: [this.folder(parts, "drill-scratch", scratchDirectory)],
        shared: this.stores(),
        hasWayOut: needsNet(this.args.stack),
        healthcheck: { port: 8080, path: "/healthz" },
        memoryMiB: memory.drill(spec.database.memoryMiB),
        cpus: 1,
        stopSeconds: 30,
      },
      { parent: this, dependsOn: parts.stores },
    );
  }
}

const referencesOf = ({ images }: VersionImages): pulumi.Output<Record<string, string>> =>
  pulumi.all(Object.fromEntries(Object.entries(images).map(([service, { reference }]) => [service, reference])));

/** As a backup's manifest has it. */
function release(version: VersionImages): pulumi.Output<string> {
  return referencesOf(version).apply((images) => JSON.stringify({ version: version.config.version, images }));
}

import { AccessPoint } from "@pulumi/aws/efs/accessPoint";
import { FileSystem } from "@pulumi/aws/efs/fileSystem";
import { MountTarget } from "@pulumi/aws/efs/mountTarget";
import type * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../../systems";
import type { DataFolder, DataFolderRef } from "../platform";
import type { AwsContext } from "./context";
import { createDatabaseServer, createCacheServer } from "./stores";

/** A part of a file system that one user may enter. */
export interface Folder {
  readonly fileSystem: FileSystem;
  readonly accessPoint: AccessPoint;
}

/** With what it is in, for those who mount it. */
interface AwsFolderRef extends DataFolderRef {
  readonly place: Folder;
}

/** Who the applications are, see workload.ts. */
const owner = { uid: 1000, gid: 1000 };

/**
 * What must outlive who uses it. A database's or cache's folder is the server itself, which AWS runs: it is made here, so
 * that it stays when its system is switched off. Others lie in a file system of their system's own, over all zones.
 */
export function createFolder(context: AwsContext, system: SystemId | "stack", folder: DataFolder, protect: boolean, opts: pulumi.ComponentResourceOptions): DataFolderRef {
  if (system === "stack") throw new Error(`folder ${folder.name} of the stack: on AWS Stackbook keeps nothing of its own yet`);
  const child = { parent: opts.parent };
  if (folder.opens !== undefined) {
    const make = folder.name === "database" ? createDatabaseServer : createCacheServer;
    return make(context, system, folder, folder.opens, protect, child);
  }
  const { doors, fileSystem } = createFileSystem(context, system, protect, child);
  const accessPoint = new AccessPoint(
    `${system}-${folder.name}`,
    {
      fileSystemId: fileSystem.id,
      posixUser: owner,
      rootDirectory: { path: `/${folder.name}`, creationInfo: { ownerUid: owner.uid, ownerGid: owner.gid, permissions: "0750" } },
      tags: context.tags(system, folder.name, "volume"),
    },
    // Who mounts it waits for it, and so for a door in every zone.
    context.options(child, { dependsOn: doors }),
  );
  const ref: AwsFolderRef = { ...folder, volume: accessPoint.id, place: { fileSystem, accessPoint } };
  return ref;
}

export function folderOf(ref: DataFolderRef): Folder {
  // Every folder comes from this platform's own `createFolder`.
  return (ref as AwsFolderRef).place;
}

function createFileSystem(context: AwsContext, system: SystemId, protect: boolean, opts: pulumi.CustomResourceOptions): { readonly fileSystem: FileSystem; readonly doors: MountTarget[] } {
  const name = `${system}-folders`;
  const tags = { ...context.tags(system, "folders", "volume"), Name: context.name(system, "folders") };
  const fileSystem = context.oneOf(name, () => new FileSystem(name, { encrypted: true, throughputMode: "elastic", tags }, context.options(opts, { protect })));
  const group = context.group(system, "folders");
  const doors = context.network.subnets.isolated.map((subnet, at) => context.oneOf(`${name}-${at}`, () => new MountTarget(`${name}-${at}`, { fileSystemId: fileSystem.id, subnetId: subnet.id, securityGroups: [group.id] }, context.options(opts))));
  return { fileSystem, doors };
}

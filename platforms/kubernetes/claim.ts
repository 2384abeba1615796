import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../../systems";
import type { DataFolder, DataFolderRef } from "../platform";
import { notAwaited, type KubernetesContext } from "./context";

/** GiB of what the catalogue gives no size: a Redis of a quarter GiB with its log of writes, files of visitors, a log. */
const sizesGiB: Readonly<Record<string, number>> = { cache: 2, uploads: 20, audit: 5, drill: 1 };

/** Of a store within the cluster, as many times the database's size, and at least so many GiB. */
const store = { times: 3, least: 20 };

/** A claim, which outlives the pods that use it: protected ones stay with `pulumi destroy --exclude-protected`. */
export function createFolder(context: KubernetesContext, system: SystemId | "stack", folder: DataFolder, protect: boolean, opts: pulumi.ComponentResourceOptions): DataFolderRef {
  if (system === "stack") return ofEach(context, folder, protect, opts);
  return claim(context, system, folder, protect, opts);
}

/** A claim is of one namespace, so each system has one of its own; all by one name. */
function ofEach(context: KubernetesContext, folder: DataFolder, protect: boolean, opts: pulumi.ComponentResourceOptions): DataFolderRef {
  if (folder.forSystems !== true) throw new Error(`folder ${folder.name} of the stack: on Kubernetes Stackbook keeps nothing of its own yet`);
  const claims = context.systems.map((system) => claim(context, system, folder, protect, opts).volume);
  // Whoever mounts it comes after all of them.
  return { ...folder, volume: pulumi.all(claims).apply(() => folder.name) };
}

function claim(context: KubernetesContext, system: SystemId, folder: DataFolder, protect: boolean, opts: pulumi.ComponentResourceOptions): DataFolderRef {
  const { storageClass } = context.settings;
  const made = new PersistentVolumeClaim(
    `${system}-${folder.name}`,
    {
      metadata: context.metadata(folder.name, context.labels(system, folder.name, "volume"), { namespace: context.namespace(system), annotations: notAwaited }),
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: `${sizeOf(context, system, folder)}Gi` } },
        ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      },
    },
    // A claim's class and mode can't change; what the cluster fills in is no difference.
    context.options({ parent: opts.parent }, { protect, ignoreChanges: ["spec.storageClassName"] }),
  );
  return { ...folder, volume: made.metadata.name };
}

function sizeOf(context: KubernetesContext, system: SystemId, { forSystems, name }: DataFolder): number {
  const { sizeGiB } = context.database(system);
  if (forSystems === true) return Math.max(store.least, sizeGiB * store.times);
  // What a rehearsed restore is loaded into, beside what it came from.
  if (name === "database" || name === "drill-scratch") return sizeGiB;
  return sizesGiB[name] ?? 10;
}

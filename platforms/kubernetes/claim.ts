import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import type * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../../systems";
import type { DataFolder, DataFolderRef } from "../platform";
import { notAwaited, type KubernetesContext } from "./context";

/** GiB of what the catalogue gives no size: a Redis of a quarter GiB with its log of writes, files of visitors, a log. */
const sizesGiB: Readonly<Record<string, number>> = { cache: 2, uploads: 20, audit: 5 };

/** A claim, which outlives the pods that use it: protected ones stay with `pulumi destroy --exclude-protected`. */
export function createFolder(context: KubernetesContext, system: SystemId | "stack", folder: DataFolder, protect: boolean, opts: pulumi.ComponentResourceOptions): DataFolderRef {
  if (system === "stack") throw new Error(`folder ${folder.name} of the stack: on Kubernetes Stackbook keeps nothing of its own yet`);
  const sizeGiB = folder.name === "database" ? context.database(system).sizeGiB : (sizesGiB[folder.name] ?? 10);
  const { storageClass } = context.settings;
  const claim = new PersistentVolumeClaim(
    `${system}-${folder.name}`,
    {
      metadata: context.metadata(folder.name, context.labels(system, folder.name, "volume"), { namespace: context.namespace(system), annotations: notAwaited }),
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: `${sizeGiB}Gi` } },
        ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      },
    },
    // A claim's class and mode can't change; what the cluster fills in is no difference.
    context.options({ parent: opts.parent }, { protect, ignoreChanges: ["spec.storageClassName"] }),
  );
  return { ...folder, volume: claim.metadata.name };
}

/** What the program makes; everything else is refused at the check. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** Beginnings of paths whose change the API refuses, or the official plugin replaces for. */
  readonly replaces: readonly string[];
}

const kind = (apiVersion: string, name: string, plural: string, more: Partial<Kind> = {}): Kind => ({ apiVersion, kind: name, plural, isNamespaced: true, replaces: [], ...more });

export const kinds: Readonly<Record<string, Kind>> = {
  "kubernetes:core/v1:Namespace": kind("v1", "Namespace", "namespaces", { isNamespaced: false }),
  "kubernetes:core/v1:Secret": kind("v1", "Secret", "secrets", { replaces: ["data", "stringData", "type", "immutable"] }),
  "kubernetes:core/v1:ConfigMap": kind("v1", "ConfigMap", "configmaps", { replaces: ["data", "binaryData", "immutable"] }),
  "kubernetes:core/v1:ServiceAccount": kind("v1", "ServiceAccount", "serviceaccounts"),
  "kubernetes:core/v1:Service": kind("v1", "Service", "services", { replaces: ["spec.clusterIP"] }),
  "kubernetes:core/v1:PersistentVolumeClaim": kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims", { replaces: ["spec.accessModes", "spec.storageClassName", "spec.volumeMode", "spec.volumeName", "spec.selector"] }),
  "kubernetes:apps/v1:Deployment": kind("apps/v1", "Deployment", "deployments", { replaces: ["spec.selector"] }),
  "kubernetes:apps/v1:StatefulSet": kind("apps/v1", "StatefulSet", "statefulsets", { replaces: ["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"] }),
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  "kubernetes:policy/v1:PodDisruptionBudget": kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
};

/** Its place in the API, without a name. */
export function folderOf({ apiVersion, isNamespaced, plural }: Kind, namespace: string): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}${isNamespaced ? `/namespaces/${namespace}` : ""}/${plural}`;
}

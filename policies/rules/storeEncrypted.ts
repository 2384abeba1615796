import { kubernetesKind, type Rule } from "../rule";
import { cloudDatabases } from "../view/stores";
import { at } from "../view/values";

/** On a host of one's own the disk is encrypted beneath Docker, where no stack can see it. */
export const storeEncrypted: Rule = {
  name: "store-encrypted",
  description: "What a cloud stores is encrypted, on its disks and on the way to it.",
  why: "Snapshots and disks leave the hands of those who run the database.",
  source: "X2, X7",
  check({ type, props }) {
    const must = (name: string, ...path: string[]): string[] => (isTrue(at(props, ...path, name)) ? [] : [`${[...path, name].join(".")} is not true; set it`]);
    if (cloudDatabases.includes(type)) return must("storageEncrypted");
    if (type === "aws:elasticache/replicationGroup:ReplicationGroup") return [...must("atRestEncryptionEnabled"), ...must("transitEncryptionEnabled")];
    if (type === "aws:elasticache/cluster:Cluster") return props["replicationGroupId"] === undefined ? must("transitEncryptionEnabled") : [];
    if (type === "aws:efs/fileSystem:FileSystem" || type === "aws:ebs/volume:Volume") return must("encrypted");
    if (type === "aws:rds/parameterGroup:ParameterGroup") return forcesTls(props["family"], props["parameters"]);
    if (type === "aws:docdb/clusterParameterGroup:ClusterParameterGroup") return parameter(props["parameters"], "tls") === "disabled" ? [`parameter tls is "disabled"; remove it`] : [];
    if (kubernetesKind(type) === "StorageClass" && at(props, "provisioner") === "ebs.csi.aws.com") return isTrue(at(props, "parameters", "encrypted")) ? [] : [`parameters.encrypted is not "true"; set it`];
    return [];
  },
};

const isTrue = (value: unknown): boolean => value === true || value === "true" || typeof value === "symbol";

function forcesTls(family: unknown, parameters: unknown): string[] {
  return typeof family === "string" && family.startsWith("postgres") && parameter(parameters, "rds.force_ssl") !== "1" ? [`parameter rds.force_ssl is not "1"; set it: clients may else speak in the clear`] : [];
}

function parameter(parameters: unknown, name: string): unknown {
  const list = Array.isArray(parameters) ? (parameters as readonly unknown[]) : [];
  return at(list.find((entry) => at(entry, "name") === name), "value");
}

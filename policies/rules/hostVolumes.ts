import { dockerVolume, kubernetesKind, type Rule } from "../rule";
import { ownWords } from "../view/labels";
import { dockerLabels } from "../view/docker";
import { at, textAt } from "../view/values";

export const hostVolumes: Rule = {
  name: "host-volumes",
  description: "A volume is no folder of the host, but for stores of backups, which people must find when everything else is gone.",
  why: "Who mounts such a volume writes to the host.",
  source: "X4",
  check({ type, props }) {
    if (kubernetesKind(type) === "PersistentVolume") {
      const path = textAt(props, "spec", "hostPath", "path");
      return typeof path === "string" ? [`it is the node's ${path}; use a storage class, or spec.local with node affinity`] : [];
    }
    if (type !== dockerVolume) return [];
    const { o, device } = { o: textAt(props, "driverOpts", "o"), device: textAt(props, "driverOpts", "device") };
    const isBind = typeof o === "string" && o.split(",").some((option) => option === "bind" || option === "rbind");
    const { service = "", system } = ownWords(dockerLabels(props));
    if (!isBind || (system === "stack" && service.startsWith("backups-"))) return [];
    return [`it is the host's ${typeof device === "string" ? device : String(at(props, "driverOpts", "type"))}; remove driverOpts`];
  },
};

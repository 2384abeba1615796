import { dockerVolume, labelsOf, type Rule } from "../rule";

/** X4: a volume may stand for a folder of the host; then who mounts it writes to the host. */
export const hostVolumes: Rule = {
  name: "host-volumes",
  description: "A volume is no folder of the host, but for stores of backups, which people must find when everything else is gone.",
  types: [dockerVolume],
  check(props) {
    const { device = "", o = "" } = (props["driverOpts"] ?? {}) as Readonly<Partial<Record<string, string>>>;
    const isBind = o.split(",").some((option) => option === "bind" || option === "rbind");
    const { "stackbook.service": service = "", "stackbook.system": system } = labelsOf(props);
    if (!isBind || (system === "stack" && service.startsWith("backups-"))) return [];
    return [`it is the host's ${device}; remove driverOpts`];
  },
};

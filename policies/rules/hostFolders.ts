import { dockerContainer, isHostFolder, labelsOf, mountsOf, type Rule } from "../rule";

const readers = ["monitoring", "collector"];

/** X4: the host's files are read by what watches the host, and written by no container. */
export const hostFolders: Rule = {
  name: "host-folders",
  description: "Folders of the host are mounted read-only, and only where the host is watched.",
  types: [dockerContainer],
  check(props) {
    const role = labelsOf(props)["stackbook.role"] ?? "container without role";
    return mountsOf(props).filter(isHostFolder).flatMap(({ source, readOnly }) => [
      ...(readers.includes(role) ? [] : [`a ${role} mounts the host's ${source}; use a volume`]),
      ...(readOnly ? [] : [`the host's ${source} is mounted writable; set readOnly`]),
    ]);
  },
};

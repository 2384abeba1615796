import type { Rule } from "../rule";
import { ofContainers } from "../view/container";

const readers = ["monitoring", "collector"];

export const hostFolders: Rule = {
  name: "host-folders",
  description: "Folders of the host are mounted read-only, and only where the host is watched.",
  why: "The host's files are the way out of a container.",
  source: "X4",
  check: ofContainers(({ mounts, role = "container without role" }) =>
    mounts.filter(({ kind }) => kind === "host").flatMap(({ readOnly, source }) => [
      ...(readers.includes(role) ? [] : [`a ${role} mounts the host's ${source}; use a volume`]),
      ...(readOnly ? [] : [`the host's ${source} is mounted writable; set readOnly`]),
    ])),
};

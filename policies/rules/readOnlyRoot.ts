import { dockerContainer, type Rule } from "../rule";

/** X4: read-only root, where it can be; every image we run can. */
export const readOnlyRoot: Rule = {
  name: "read-only-root",
  description: "What a container runs can't be changed from inside: its root is read-only, and it writes to volumes and tmpfs.",
  types: [dockerContainer],
  check({ readOnly }) {
    return readOnly === true ? [] : ["readOnly is not true; set it, and name the writable places in tmpfs or mounts"];
  },
};

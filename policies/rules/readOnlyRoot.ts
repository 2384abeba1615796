import type { Rule } from "../rule";
import { insteadOf, ofContainers, type Instead } from "../view/container";

const instead: Instead = { docker: "set readOnly, and name the writable places in tmpfs or mounts", kubernetes: "set securityContext.readOnlyRootFilesystem, and mount emptyDir where it writes", ecs: "set readonlyRootFilesystem, and mount a volume where it writes" };

export const readOnlyRoot: Rule = {
  name: "read-only-root",
  description: "What a container runs can't be changed from inside: its root is read-only.",
  why: "An intruder then leaves nothing behind, and what runs is what was released.",
  source: "X4",
  check: ofContainers((container) => (container.readOnlyRoot ? [] : [`its root is writable; ${insteadOf(instead, container)}`])),
};

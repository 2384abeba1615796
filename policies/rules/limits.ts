import type { Rule } from "../rule";
import { insteadOf, ofContainers, type Instead } from "../view/container";

const memory: Instead = { docker: "set memory, in MiB", kubernetes: `set resources.limits.memory, such as "512Mi"`, ecs: "set memory, in MiB" };
const cpu: Instead = { docker: `set cpus, such as "0.50"`, kubernetes: `set resources.limits.cpu, such as "500m"`, ecs: "set cpu, in units of 1/1024" };

export const limits: Rule = {
  name: "limits",
  description: "Every container has a limit of memory and of CPU.",
  why: "Without one, a leak in one system takes the machine from all of them.",
  source: "X4",
  check: ofContainers((container) => [
    ...(container.memory === undefined ? [`memory is not limited; ${insteadOf(memory, container)}`] : []),
    ...(container.cpu === undefined ? [`CPU is not limited; ${insteadOf(cpu, container)}`] : []),
  ]),
};

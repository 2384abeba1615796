import { dockerContainer, type Rule } from "../rule";

/** X4: memory and CPU are limited, so that one system can't take the host from the others. */
export const limits: Rule = {
  name: "limits",
  description: "Every container has a limit of memory and of CPU.",
  types: [dockerContainer],
  check({ memory, cpus, cpuQuota }) {
    const problems: string[] = [];
    if (typeof memory !== "number" || memory <= 0) problems.push("memory is not limited; set it, in MiB");
    if (!(Number(cpus) > 0) && !(Number(cpuQuota) > 0)) problems.push(`CPU is not limited; set cpus, such as "0.50"`);
    return problems;
  },
};

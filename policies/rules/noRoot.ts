import { dockerContainer, type Rule } from "../rule";

/** X4: no container runs as root. */
export const noRoot: Rule = {
  name: "no-root",
  description: "A container's process runs as a user of its own: root in a container is root one kernel bug later.",
  types: [dockerContainer],
  check({ user }) {
    const isRoot = typeof user !== "string" || user === "" || /^(0|root)(:|$)/.test(user);
    return isRoot ? [`user is ${JSON.stringify(user ?? "not set")}; set it to a number other than 0, such as "1000:1000"`] : [];
  },
};

import { dockerContainer, labelsOf, type Rule } from "../rule";

const secretName = /(PASSWORD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|ENCRYPTION_KEY)(=|$)/i;

/** X3: no secret where everybody who may list processes or containers reads it. */
export const noPlainSecret: Rule = {
  name: "no-plain-secret",
  description: "Secrets reach a container by its environment or a file, never by command line or label; none is a known default.",
  types: [dockerContainer],
  check(props) {
    const problems: string[] = [];
    const words = [props["command"], props["entrypoints"]].flatMap((part) => (Array.isArray(part) ? (part as string[]) : []));
    // `--password=$NAME` is fine: the shell in the container fills it in.
    if (words.some((word) => /(password|secret|token)[= ]['"]?[^$'"\s%]{4,}/i.test(word))) problems.push("the command line holds a secret; give it by environment");
    for (const [label, value] of Object.entries(labelsOf(props))) {
      if (secretName.test(label) && value !== "") problems.push(`label ${label} looks like a secret; labels are readable by everybody on the host`);
    }
    const envs = Array.isArray(props["envs"]) ? (props["envs"] as string[]) : [];
    for (const entry of envs) {
      const [name = "", ...rest] = entry.split("=");
      const value = rest.join("=");
      if (/JWT.*SECRET/i.test(name) && value.length < 64) problems.push(`${name} has ${value.length} characters; use at least 64 (motel.md)`);
      else if (secretName.test(name) && /^(|admin|password|postgres|secret|changeme|root|test|1234.*)$/i.test(value)) problems.push(`${name} is a default or empty value; let the stack generate it`);
    }
    return problems;
  },
};

import { randomPassword, type Found, type StateRule } from "../rule";

/** Assumed: no runbook gives an age; sms.md reviews keys each month and wants each quarter's rotated. */
export const rotationDays = 92;

const day = 86_400_000;

export const secretAge: StateRule = {
  name: "secret-age",
  description: `No generated password or key in use is older than ${rotationDays} days.`,
  why: "Nobody knows who has seen it meanwhile.",
  source: "D7, sms.md",
  inDev: "disabled",
  checkState({ now, resources }) {
    const newest = new Map<string, Date>();
    for (const { created, name, type } of resources) {
      if (type !== randomPassword || created === undefined) continue;
      // Each rotation makes another, `name-1`, `name-2`; what was before opens nothing.
      const secret = name.replace(/-\d+$/, "");
      const other = newest.get(secret);
      newest.set(secret, other === undefined || created > other ? created : other);
    }
    return [...newest].map(([name, created]) => [name, Math.floor((now.getTime() - created.getTime()) / day)] as const).filter(([, days]) => days > rotationDays).map(([name, days]): Found => ({
      resource: name, problem: `it is ${days} days old, its age is ${rotationDays}; exchange it: npx stackbook rotate ${name.split("-")[0] ?? "stack"} --help`,
    }));
  },
};

import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";

/** `pulumi up --policy-pack policies`: every rule is mandatory; the pack's configuration can lower one. */
new PolicyPack("stackbook", {
  policies: rules.map((rule) => ({
    name: rule.name,
    description: rule.description,
    enforcementLevel: "mandatory",
    validateResource: ({ type, name, props }, report) => {
      if (!rule.types.includes(type)) return;
      for (const problem of rule.check(props, { name })) report(`${name}: ${problem}`);
    },
  })),
});

import { PolicyPack } from "@pulumi/policy";
import { rules, stackRules } from "./rules";

/** `pulumi up --policy-pack policies`: every rule is mandatory; the pack's configuration can lower one. */
new PolicyPack("stackbook", {
  policies: [
    ...rules.map((rule) => ({
      name: rule.name,
      description: rule.description,
      enforcementLevel: "mandatory" as const,
      validateResource: ({ type, name, props }: ResourceArgs, report: Report) => {
        if (!rule.types.includes(type)) return;
        for (const problem of rule.check(props, { name })) report(`${name}: ${problem}`);
      },
    })),
    ...stackRules.map((rule) => ({
      name: rule.name,
      description: rule.description,
      enforcementLevel: "mandatory" as const,
      validateStack: ({ resources }: { readonly resources: readonly ResourceArgs[] }, report: Report) => {
        for (const problem of rule.check(resources)) report(problem);
      },
    })),
  ],
});

interface ResourceArgs {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
}

type Report = (message: string) => void;

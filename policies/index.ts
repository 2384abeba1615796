import { PolicyPack, type Policies } from "@pulumi/policy";
import { readSettings } from "./exceptions";
import { Court, describeException, levelOf, messageOf, type Setting } from "./judge";
import { known } from "./known";
import type { Resource, Rule, StackFacts, StackRule } from "./rule";
import { rules, stackRules } from "./rules";

/**
 * `pulumi up --policy-pack policies`: every rule by its own name, so that the engine's own configuration
 * (`--policy-pack-config`) can set a level as well as the stack file's `stackbook:policies` does.
 */
const config = JSON.parse(process.env["PULUMI_CONFIG"] ?? "{}") as Readonly<Record<string, string>>;
const tags = JSON.parse(config["stackbook:tags"] ?? "{}") as StackFacts["tags"];
const setting: Setting = { environment: config["stackbook:environment"] ?? environmentOf(process.env["PULUMI_NODEJS_STACK"] ?? ""), settings: readSettings(config["stackbook:policies"]), now: new Date() };
const court = new Court(setting);

/** As the engine last asked for it: inputs, which a stack's end has no more. */
const seen = new Map<string, Resource>();

interface Asked {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts: { readonly protect: boolean };
}

type Report = (message: string, urn?: string) => void;

/** As config/ decides it, for a stack file that doesn't say. */
function environmentOf(stack: string): string {
  return stack === "dev" || stack === "staging" ? stack : "prod";
}

function ofResource(rule: Rule, isFirst: boolean): Policies[number] {
  return {
    name: rule.name, description: rule.description, enforcementLevel: levelOf(rule, setting),
    validateResource: ({ name, opts, props, type, urn }: Asked, report: Report) => {
      // Each policy is asked by itself; what all of them look at is read once.
      const resource = isFirst ? { type, name, props: known(props), protect: opts.protect } : seen.get(urn);
      if (resource === undefined) return;
      if (isFirst) seen.set(urn, resource);
      for (const problem of rule.check(resource)) {
        const violation = court.hear(rule, { resource: name, problem });
        if (violation !== undefined) report(`${name}: ${messageOf(violation)}`);
      }
    },
  };
}

function ofStack(rule: StackRule): Policies[number] {
  return {
    name: rule.name, description: rule.description, enforcementLevel: levelOf(rule, setting),
    validateStack: (_args: unknown, report: Report) => {
      for (const found of rule.checkStack([...seen.values()], { tags })) {
        const violation = court.hear(rule, found);
        if (violation !== undefined) report(`${found.resource === undefined ? "" : `${found.resource}: `}${messageOf(violation)}`);
      }
    },
  };
}

/** Told at each run, so that none is forgotten. */
const exceptions: Policies[number] = {
  name: "exceptions", description: "Exceptions from rules, of this stack file.", enforcementLevel: "advisory",
  validateStack: (_args: unknown, report: Report) => {
    for (const told of court.exceptions()) report(describeException(told));
  },
};

// A rule that reads for all of them, and can't be switched off.
const first: Rule = { name: "resources", description: "Reads each resource for the rules that follow.", why: "", source: "", check: () => [] };

new PolicyPack("stackbook", { policies: [ofResource(first, true), ...rules.map((rule) => ofResource(rule, false)), ...stackRules.map(ofStack), exceptions] });

import { covers, isOver, type Exception, type PolicySettings } from "./exceptions";
import type { Found, Level, Resource, Rule, StackFacts, StackRule, StateFacts, StateRule } from "./rule";
import { rules, stackRules, stateRules } from "./rules";

/** What a rule found, with the level that it has in this stack. */
export interface Violation {
  readonly rule: string;
  readonly level: Exclude<Level, "disabled">;
  /** Undefined: the stack as a whole. */
  readonly resource: string | undefined;
  /** What is wrong; what to write instead. */
  readonly problem: string;
  readonly why: string;
}

/** Told at each run, so that none is forgotten. */
export interface ExceptionTold {
  readonly exception: Exception;
  /** `over`: it holds no more; `unused`: nothing needs it. */
  readonly state: "used" | "over" | "unused";
}

export interface Judged {
  readonly violations: readonly Violation[];
  readonly exceptions: readonly ExceptionTold[];
}

export interface Setting {
  readonly environment: string;
  readonly settings: PolicySettings;
  readonly now: Date;
}

export function levelOf({ inDev = "mandatory", name }: Rule | StackRule | StateRule, { environment, settings }: Pick<Setting, "environment" | "settings">): Level {
  return settings.levels[name] ?? (environment === "dev" ? inDev : "mandatory");
}

/** What stands in a message after the resource's name. */
export const messageOf = ({ problem, why }: Pick<Violation, "problem" | "why">): string => `${problem}. Why: ${why}`;

/** What remains of what was found, and which exceptions were needed for it. */
export class Court {
  private readonly used = new Set<Exception>();

  constructor(private readonly setting: Setting) {}

  /** A rule's finding as a violation; undefined: an exception holds, or the rule is off. */
  hear(rule: Rule | StackRule | StateRule, { problem, resource }: Found): Violation | undefined {
    const level = levelOf(rule, this.setting);
    if (level === "disabled") return undefined;
    const exception = this.setting.settings.exceptions.find((one) => covers(one, rule.name, resource));
    if (exception !== undefined) this.used.add(exception);
    if (exception !== undefined && !isOver(exception, this.setting.now)) return undefined;
    const over = exception === undefined ? "" : ` (its exception ran out on ${exception.until}: "${exception.reason}")`;
    return { rule: rule.name, level, resource, problem: `${problem}${over}`, why: rule.why };
  }

  exceptions(): ExceptionTold[] {
    const { now, settings } = this.setting;
    return settings.exceptions.map((exception) => ({ exception, state: isOver(exception, now) ? "over" : this.used.has(exception) ? "used" : "unused" }));
  }
}

/** All rules at once, over what is known at once: a state, or what a test made. */
export function judge(resources: readonly Resource[], stack: StackFacts, setting: Setting, state?: StateFacts): Judged {
  const court = new Court(setting);
  const heard = [
    ...rules.flatMap((rule) => resources.flatMap((resource) => rule.check(resource).map((problem) => court.hear(rule, { resource: resource.name, problem })))),
    ...stackRules.flatMap((rule) => rule.checkStack(resources, stack).map((found) => court.hear(rule, found))),
    ...(state === undefined ? [] : stateRules.flatMap((rule) => rule.checkState(state).map((found) => court.hear(rule, found)))),
  ];
  return { violations: heard.filter((violation) => violation !== undefined), exceptions: court.exceptions() };
}

/** One line, for people. */
export function describeException({ exception: { reason, resource, rule, until }, state }: ExceptionTold): string {
  const tail = { used: `until ${until}`, over: `ran out on ${until || "a day that can't be read"}; remove it, or agree on another day`, unused: "covers nothing; remove it" }[state];
  return `exception of ${resource} from ${rule}, ${tail}: ${reason}`;
}

import type { Rule, StackRule, StateRule } from "../policies/rule";
import { rules, stackRules, stateRules } from "../policies/rules";

/** docs/policies.md: every rule, from the registry that the pack itself walks. */
export function renderPolicies(): string {
  return [
    head,
    section("Of each resource", "Looked at before it is made: an update that breaks one stops there.", rules),
    section("Of the stack as a whole", "Looked at when everything is known: at the end of a preview, which is why previews come first.", stackRules),
    section("Of the stack's state", "What no policy pack gets to see: secrets arrive there unwrapped, and ages are in the state alone.", stateRules),
    tail,
  ].join("\n");
}

function section(title: string, intro: string, all: readonly (Rule | StackRule | StateRule)[]): string {
  const rows = all.map(({ description, inDev = "mandatory", name, source, why }) => `| \`${name}\` | ${cell(description)} | ${cell(why)} | ${inDev} | ${cell(source)} |`);
  return [`## ${title}`, "", intro, "", "| rule | says | because | in dev | source |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|");

const head = `# Policies

<!-- Written by \`npm run docs\` from policies/rules/; changes here are lost. -->

Rules that stop an update which breaks them, whoever runs it:

\`\`\`sh
pulumi preview --policy-pack policies
pulumi up --policy-pack policies
\`\`\`

They look at Docker, Kubernetes and AWS resources alike. Each message says what is wrong, what to write instead, and why. Outside dev
every rule is mandatory; in dev it is what its row says. What a preview can't know yet is judged when the update gets there.

A stack file sets levels, and names exceptions with a reason and a last day. Each run tells them; on the day after, the rule holds again:

\`\`\`yaml
stackbook:policies:
  levels: { hsts: advisory }
  exceptions:
    - rule: read-only-root
      resource: motel-backend-a-*
      reason: the image writes beside its program until 1.5 (OPS-217)
      until: '2026-12-31'
\`\`\`

\`npm start\` and \`npx stackbook\` always ask them. Outside dev they keep out what comes in: a new version, an approved plan, \`npm start\`.
In dev, and of every other update (a restart, a restore, times of maintenance), they are told and hold nothing up. Of a way back, an emergency
stop and its end they are not asked, as these are not to wait.

Pulumi's own \`--policy-pack-config <file.json>\` sets levels as well: \`{ "hsts": "advisory" }\`.
`;

const tail = `## What they can't see

Deletes and replacements don't arrive at a policy pack. That what holds data is neither, without an explicit word, is held by \`protect\` on the
resource (\`data-protected\`): Pulumi then refuses the update, whatever it was that asked for it.
`;

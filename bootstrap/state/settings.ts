import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { CiArgs, StateBackendArgs } from "../../platforms/aws/state";
import { awsPrefixOf } from "../../config/aws-schema";
import { plain } from "../plain";

const provider = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\//, "must be the ARN of an identity provider").optional();

const keys = {
  /** Whose it is: with the login of another account nothing is touched. */
  account: z.string().regex(/^\d{12}$/, "must be the account's twelve digits, in quotes"),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9-]{1,46}[a-z0-9]$/, "must be 3-48 small letters, digits and hyphens, and unique in all of AWS"),
  /** Days that an overwritten state is kept. @default 90 */
  oldVersionsDays: z.coerce.number().int("must be 1-3650").min(1, "must be 1-3650").max(3650, "must be 1-3650").optional(),
  /** Which CI deploys, and under which names what they make on AWS is called. */
  stacks: z
    .record(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/, "must be names of stacks"), z.strictObject({ namePrefix: z.string().regex(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/, "must be as the stack's stackbook:aws.namePrefix").optional() }))
    .refine((given) => Object.keys(given).length > 0, "must name one stack at least, such as { prod: {} }"),
  /** Whose jobs get a role. @default nobody's */
  ci: z
    .strictObject({
      github: z.strictObject({ repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, "must be <owner>/<name>"), provider }).optional(),
      gitlab: z.strictObject({ project: z.string().regex(/^[\w.-]+(\/[\w.-]+)+$/, "must be <group>/<name>"), url: z.string().regex(/^https:\/\/[^/]+$/, "must be https://<host>").optional(), provider }).optional(),
    })
    .optional(),
};
const schema = z.strictObject(keys);
const project = "stackbook-state";

/** Of the main program's Pulumi.yaml. */
const deployedProject = "stackbook";

/** What the stack file says, checked as a whole: every problem is told at once, before anything is touched. */
export function readSettings(values: Readonly<Record<string, string>>, source: string): StateBackendArgs {
  const own = Object.entries(values).filter(([key]) => key.startsWith(`${project}:`));
  const result = schema.safeParse(Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), plain(value)])));
  const region = values["aws:region"];
  const problems = [
    ...(region === undefined ? ["  aws:region: is missing; set it to the region of the bucket, such as eu-central-1"] : []),
    ...(result.error?.issues ?? []).map(({ message, path }) => `  ${[`${project}:${String(path[0] ?? "")}`, ...path.slice(1).map(String)].join(".")}: ${message}`),
  ];
  if (region === undefined || !result.success) {
    throw new pulumi.RunError(`${source} has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}; keys are ${Object.keys(keys).join(", ")}:\n${problems.join("\n")}`);
  }
  const { ci = {}, oldVersionsDays = 90, stacks, ...rest } = result.data;
  return {
    ...rest, region, oldVersionsDays, project: deployedProject,
    stacks: Object.entries(stacks).map(([name, { namePrefix }]) => ({ name, namePrefix: namePrefix ?? awsPrefixOf(name) })),
    ci: [
      ...(ci.github === undefined ? [] : [{ kind: "github", repository: ci.github.repository, ...withProvider(ci.github.provider) } satisfies CiArgs]),
      ...(ci.gitlab === undefined ? [] : [{ kind: "gitlab", project: ci.gitlab.project, ...(ci.gitlab.url === undefined ? {} : { url: ci.gitlab.url }), ...withProvider(ci.gitlab.provider) } satisfies CiArgs]),
    ],
  };
}

const withProvider = (arn: string | undefined): { provider?: string } => (arn === undefined ? {} : { provider: arn });

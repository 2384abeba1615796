/** Who may take CI's roles: jobs of one repository, known by the token that their server signs. No key is kept anywhere. */

export type Ci =
  | { readonly kind: "github"; /** `owner/name` */ readonly repository: string }
  | { readonly kind: "gitlab"; /** `group/name` */ readonly project: string; /** @default https://gitlab.com */ readonly url?: string };

const audience = "sts.amazonaws.com";

/** Without `https://`: as conditions name it. */
export function issuerOf(ci: Ci): string {
  return ci.kind === "github" ? "token.actions.githubusercontent.com" : (ci.url ?? "https://gitlab.com").replace(/^https:\/\//, "");
}

export const providerOf = (ci: Ci) => ({ url: `https://${issuerOf(ci)}`, clientIdLists: [audience] });

/**
 * Subjects of previews: on GitHub the environments `<stack>-preview`, which need no reviewer and get no fork's job; on GitLab
 * every branch of the project, as a merge request runs on one.
 */
export function previewSubjects(ci: Ci, stacks: readonly string[]): string[] {
  return ci.kind === "github" ? stacks.map((stack) => `repo:${ci.repository}:environment:${stack}-preview`) : [`project_path:${ci.project}:ref_type:branch:ref:*`];
}

/** Subjects of deploys: on GitHub the stack's own environment, with its reviewers, and that of its drills; on GitLab the main branch. */
export function deploySubjects(ci: Ci, stack: string): string[] {
  return ci.kind === "github" ? [`repo:${ci.repository}:environment:${stack}`, `repo:${ci.repository}:environment:${stack}-drill`] : [`project_path:${ci.project}:ref_type:branch:ref:main`];
}

export interface Trust {
  /** ARN of the identity provider. */
  readonly provider: string;
  readonly ci: Ci;
  readonly subjects: readonly string[];
}

export function trustPolicy(trusts: readonly Trust[]) {
  return {
    Version: "2012-10-17",
    Statement: trusts.map(({ ci, provider, subjects }) => {
      const issuer = issuerOf(ci);
      // A pattern only where a subject has one: exact names are compared exactly.
      const compare = subjects.some((subject) => subject.includes("*")) ? "StringLike" : "StringEquals";
      const exact = { [`${issuer}:aud`]: audience };
      const condition = compare === "StringEquals" ? { StringEquals: { ...exact, [`${issuer}:sub`]: subjects } } : { StringEquals: exact, StringLike: { [`${issuer}:sub`]: subjects } };
      return { Effect: "Allow" as const, Principal: { Federated: provider }, Action: "sts:AssumeRoleWithWebIdentity", Condition: condition };
    }),
  };
}

import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";
import { programCommit } from "./commit";

/**
 * After a rollback of code the stack file names the program's commit that the stack was brought back to; any other
 * program would undo it unseen.
 * @throws when this is another one
 */
export async function checkPin({ pinned }: Pick<StackConfig, "pinned">, source: string, folder?: string): Promise<void> {
  if (pinned === undefined) return;
  const { commit } = await programCommit(folder);
  if (commit === pinned) return;
  throw new pulumi.RunError(
    [
      `${source} pins the program to commit ${pinned.slice(0, 12)}, to which a rollback brought it back, and this is ${commit === undefined ? "in no git repository" : `commit ${commit.slice(0, 12)}`}: nothing was touched.`,
      "Why: npx stackbook history. Going forward again on purpose: npx stackbook deploy, which takes the pin out, or `pulumi config rm stackbook:pinned`.",
    ].join("\n"),
  );
}

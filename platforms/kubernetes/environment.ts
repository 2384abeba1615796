import * as pulumi from "@pulumi/pulumi";

/** Settings, known all at once. */
export function settled(settings: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<Record<string, string>> {
  return pulumi.all({ ...settings }).apply((known) => ({ ...known }));
}

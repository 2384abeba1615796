import { Provider, type ProviderArgs } from "@pulumi/aws/provider";

/** Of one region and one account: with the login of another, nothing is touched. */
export function createProvider({ account, region }: { readonly account: string; readonly region: string }): Provider {
  // One of AWS's own names, which the type lists; AWS refuses another one.
  return new Provider("aws", { region: region as NonNullable<ProviderArgs["region"]>, allowedAccountIds: [account] });
}

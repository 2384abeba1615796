// The first, before anything makes a stack trace.
import "../../runtime/stacks";
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { StateBackend } from "../../platforms/aws/state";
import { readSettings } from "./settings";

/** The backend, and what stacks and CI have to be told. */
export = () => {
  const settings = readSettings(pulumi.runtime.allConfig(), `Pulumi.${pulumi.getStack()}.yaml`);
  // One of AWS's own names, which the type lists; AWS refuses another one.
  const provider = new aws.Provider("aws", { region: settings.region as NonNullable<aws.ProviderArgs["region"]>, allowedAccountIds: [settings.account] });
  const { backend, roles, secretsProvider } = new StateBackend("state", settings, { providers: [provider] });
  return {
    /** `pulumi login <backend>`; in CI `PULUMI_BACKEND_URL`. */
    backend,
    /** `pulumi stack init --secrets-provider <this>`. */
    secretsProvider,
    /** In CI `AWS_ROLE`, of each environment. */
    ...(roles === undefined ? {} : { roles }),
  };
};

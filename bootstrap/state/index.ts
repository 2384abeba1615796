// The first, before anything makes a stack trace.
import "../../runtime/stacks";
import * as pulumi from "@pulumi/pulumi";
import { StateBackend } from "../../platforms/aws/state";
import { createProvider } from "../../platforms/aws/state/provider";
import { readSettings } from "./settings";

/** The backend, and what stacks and CI have to be told. */
export = () => {
  const settings = readSettings(pulumi.runtime.allConfig(), `Pulumi.${pulumi.getStack()}.yaml`);
  const { backend, roles, secretsProvider } = new StateBackend("state", settings, { providers: [createProvider(settings)] });
  return {
    /** `pulumi login <backend>`; in CI `PULUMI_BACKEND_URL`. */
    backend,
    /** `pulumi stack init --secrets-provider <this>`. */
    secretsProvider,
    /** In CI `AWS_ROLE`, of each environment. */
    ...(roles === undefined ? {} : { roles }),
  };
};

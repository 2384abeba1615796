import * as grpc from "@grpc/grpc-js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { Say } from "./plugin";

/** The engine's log, connected when the first line is said: most runs of a plugin say nothing. */
export function sayTo(engineAddress: string | undefined): (urn: string) => Say {
  let client: EngineClient | undefined;
  return (urn) => (message, kind = "status") => {
    if (engineAddress === undefined) return;
    client ??= new EngineClient(engineAddress, grpc.credentials.createInsecure());
    const request = new LogRequest();
    request.setUrn(urn);
    request.setMessage(message);
    request.setSeverity(kind === "warning" ? LogSeverity.WARNING : LogSeverity.INFO);
    request.setEphemeral(kind === "status");
    // A line that does not arrive is no reason to fail an update.
    client.log(request, () => undefined);
  };
}

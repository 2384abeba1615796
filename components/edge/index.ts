export * from "./model";
export { filesOf, renderHaproxy, stampOf } from "./haproxy";
export { passFile, type EdgeFile } from "./files";
export { authorizationSha256 } from "./doors";
export { shareCookie, slotWeights, type SlotShares } from "./slots";
export { bodyLimitLua } from "./lua";
export { edgeCommand, edgeHealthcheck, type EdgeCommandOptions } from "./bootstrap";
export {
  waitForServers,
  writeRoutesCommand,
  writeRoutesEnvironment,
  writeRoutesScript,
  type WaitForServer,
  type WriteRoutes,
} from "./writeRoutes";
export { acmeCommand, acmeEnvironment, type AcmeSettings } from "./acme";
export { makeSelfSigned, type Authority, type SelfSigned, type SelfSignedRequest } from "./selfSigned";
export { SelfSignedCertificate, type SelfSignedCertificateArgs } from "./certificate";

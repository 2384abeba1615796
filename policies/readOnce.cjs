// @pulumi/policy reads every resource anew for every policy, which costs more than all our rules together. Ours change
// nothing of what they are given, so one reading of each does for all of them.
const deserialize = require("@pulumi/policy/deserialize");

const read = deserialize.deserializeProperties;
/** By the engine's own message: gone as soon as that is. */
const known = new WeakMap();

deserialize.deserializeProperties = (message, proxySecrets) => {
  if (proxySecrets || message === undefined) return read(message, proxySecrets);
  const before = known.get(message);
  if (before !== undefined) return before;
  const now = read(message, proxySecrets);
  known.set(message, now);
  return now;
};

/** Facts of the reference app's image, which keeps the contract of all five systems. */
export const referenceApp = {
  serve: ["node", "/app/server.js", "serve"],
  migrate: ["node", "/app/server.js", "migrate"],
  seed: ["node", "/app/server.js", "seed"],
  traffic: ["node", "/app/server.js", "traffic"],
};

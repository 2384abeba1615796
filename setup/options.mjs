import { extras, systemIds } from "./base/catalogue.mjs";
import { parseArgs } from "./base/args.mjs";
import { Problem } from "./base/problem.mjs";

const stack = { kind: "text", help: "another stack than dev", pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/, allowed: "letters, digits, dots and dashes", fallback: "dev" };
const noWait = { kind: "flag", help: "fail instead of waiting for another run in this clone" };
const yes = { kind: "flag", short: "y", help: "answer every question with yes" };
const ways = {
  offline: { kind: "flag", help: "build everything from package registries" },
  online: { kind: "flag", help: "insist on the official CLI, plugins and images" },
};

const commands = {
  start: {
    usage: `npm start [-- --systems ${systemIds.join(",")}|all] [--with ${Object.keys(extras).join(",")}] [--offline|--online] [--yes] [--stack NAME] [--no-wait]`,
    options: {
      systems: { kind: "list", values: systemIds, thing: "system", help: "what runs; others of this stack are switched off, their data kept" },
      with: { kind: "list", values: Object.keys(extras), thing: "part", help: "builds what takes long as well, where images are built from packages" },
      ...ways, yes, stack, "no-wait": noWait,
    },
  },
  stop: { usage: "npm stop [-- --stack NAME] [--no-wait]", options: { stack, "no-wait": noWait } },
  destroy: {
    usage: "npm run destroy [-- --data] [--yes] [--forget] [--stack NAME] [--no-wait]",
    options: {
      data: { kind: "flag", help: "the data volumes and their passwords as well" },
      forget: { kind: "flag", help: "when the passphrase is lost: put the state aside and start anew" },
      yes, stack, "no-wait": noWait,
    },
  },
  env: { usage: 'eval "$(npm run -s env [-- --stack NAME])"', options: { stack } },
  credentials: { usage: "npm run -s credentials [-- --json] [--stack NAME]", options: { json: { kind: "flag", help: "for other programs" }, stack } },
  test: {
    usage: "npm test | npm run test:unit | npm run test:full [-- --only lint,types,unit,policies,engine,e2e] [--offline|--online]",
    options: {
      only: { kind: "list", values: ["lint", "types", "unit", "policies", "engine", "e2e"], thing: "suite", help: "these suites" },
      full: { kind: "flag", help: "also what needs long builds" },
      ...ways, yes, "no-wait": noWait,
    },
  },
};

/** @param {keyof typeof commands} command @param {readonly string[]} argv */
export function optionsOf(command, argv, env = process.env) {
  const { usage, options } = commands[command];
  const given = parseArgs(argv, options, { usage, env, exclusive: [["offline", "online"]] });
  if (given.stack !== undefined && ["staging", "prod"].includes(given.stack)) {
    throw new Problem(`--stack ${given.stack} is not for this machine: these scripts arrange a local stack with a local state`, [
      `Use the CLI for it: pulumi preview --stack ${given.stack}, pulumi up --stack ${given.stack}`,
    ], 64);
  }
  const force = given.online ? "online" : given.offline || (env["npm_config_offline"] === "true" && options.offline !== undefined) ? "offline" : undefined;
  return { ...given, force, wait: given["no-wait"] !== true };
}

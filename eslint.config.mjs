// House rules as lint: strict types, nothing floating, and the doors between the rooms (see README's map).
import tseslint from "typescript-eslint";

const sdk = { docker: "@pulumi/docker", aws: "@pulumi/aws", kubernetes: "@pulumi/kubernetes" };
const platformSdks = Object.values(sdk).flatMap((name) => [name, `${name}/*`]);

/** Files in `rooms` may not import what matches `patterns`; each door says why it is shut. */
const door = (rooms, patterns, message, ignores = [], whole = []) => ({
  files: rooms.map((room) => `${room}/**/*.ts`),
  ignores,
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      { patterns: [{ group: patterns, message }], paths: whole.map((name) => ({ name, message: `Import ${name}/<part>: half the time and memory of the whole.` })) },
    ],
  },
});

const noAirgap = ["**/airgap/**"];
const besideSystems = ["@pulumi/*", "**/platforms/**", "**/components/**", "**/config/**", ...noAirgap];

export default tseslint.config(
  { ignores: ["node_modules/**", ".stackbook/**", "**/dist/**", "**/*.js", "**/*.d.ts"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { arguments: false } }],
      // An output in a template literal prints "Calling [toString] on an [Output<T>]".
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "max-lines": ["error", { max: 300, skipBlankLines: false, skipComments: false }],
    },
  },
  // Serialised into the state, so modules are required inside functions (docs/decisions).
  {
    files: ["platforms/docker/engine.ts", "platforms/docker/tasks/configFiles.ts", "platforms/kubernetes/api/client.ts", "platforms/kubernetes/tasks/run.ts", "platforms/aws/tasks/run.ts", "components/edge/certificate.ts", "components/edge/selfSigned.ts", "platforms/index.ts"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  // Grafana's SDK takes 80 ms to load; a stack without Grafana does not pay for it.
  { files: ["dashboards/index.ts"], rules: { "@typescript-eslint/no-require-imports": "off" } },
  door(["systems", "alerts", "dashboards", "backups", "halts", "routines"], ["@pulumi/*", "**/platforms/**", "**/components/**", ...noAirgap], "This room is data: no Pulumi, no platform."),
  door(["config"], [...platformSdks, "**/platforms/**", "**/components/**", ...noAirgap], "config/ knows systems/ and the stack file, nothing that is built from it."),
  door(["components"], [...platformSdks, "**/platforms/docker/**", "**/platforms/kubernetes/**", "**/platforms/aws/**", "!**/platforms/platform", ...noAirgap], "Components say WHAT; only platforms/<x>/ may know how (platforms/platform.ts is the interface)."),
  door(["platforms/docker"], [sdk.aws, `${sdk.aws}/*`, sdk.kubernetes, `${sdk.kubernetes}/*`, ...noAirgap], "Only the chosen platform's SDK is loaded."),
  door(["platforms/kubernetes"], [sdk.docker, `${sdk.docker}/*`, sdk.aws, `${sdk.aws}/*`, ...noAirgap], "Only the chosen platform's SDK is loaded.", [], [sdk.kubernetes]),
  door(["platforms/stores"], [...platformSdks, ...noAirgap], "What is said of a store holds on every platform."),
  door(["platforms/aws"], [sdk.docker, `${sdk.docker}/*`, sdk.kubernetes, `${sdk.kubernetes}/*`, ...noAirgap], "Only the chosen platform's SDK is loaded.", [], [sdk.aws]),
  door(["operations"], ["**/components/**", "**/platforms/**", ...noAirgap], "operations/ talks to the program through config and outputs."),
  door(["policies"], [...noAirgap, "**/platforms/docker/**"], "Policies see resources, not how they were made."),
  door(["reference-app", "agents"], besideSystems, "A program beside a system knows its environment only."),
  door(["agents/common"], [...besideSystems, "**/status/**", "**/backup/**"], "What the agents share knows none of them, nor the program."),
);

/** What `pulumi new typescript` makes. The import is dropped by the compiler, for nothing of it is used. */
const emptySource = `import * as pulumi from "@pulumi/pulumi";\n`;

/** The options of that template: types are checked at every run. */
const templateOptions = {
  compilerOptions: {
    strict: true,
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node10",
    ignoreDeprecations: "6.0",
    rootDir: ".",
    types: ["node"],
    sourceMap: true,
    experimentalDecorators: true,
    pretty: true,
    noFallthroughCasesInSwitch: true,
    noImplicitReturns: true,
    forceConsistentCasingInFileNames: true,
  },
  files: ["index.ts"],
};

/** One resource of each plugin that our program needs, and nothing else: the price of the plugins' start. */
const pluginsSource = `import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
const nothing: pulumi.dynamic.ResourceProvider = { create: () => Promise.resolve({ id: "nothing", outs: {} }) };
class Nothing extends pulumi.dynamic.Resource {}
const engine = new docker.Provider("engine", { disableDockerDaemonCheck: true });
new docker.Volume("volume", {}, { provider: engine });
new random.RandomPassword("password", { length: 32 });
new Nothing(nothing, "nothing", {});
`;

export const empty = { source: emptySource };
export const emptyChecked = { source: emptySource, tsconfig: templateOptions };
export const plugins = { source: pluginsSource, dependencies: ["@pulumi/docker", "@pulumi/random"] };
/** The flat program asks for the same SDKs as ours; the CLI looks for the plugin of each. */
export const flat = (source) => ({ source, dependencies: ["@pulumi/aws", "@pulumi/docker", "@pulumi/kubernetes", "@pulumi/random"] });

// Bundles every agent, agents/<name>/src/main.ts, into agents/<name>/dist/<name>.js. Under a second.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadEsbuild, writeNew } from "../runtime/bundle.mjs";

/** Optional parts of database drivers, guarded by try/catch where they are required; none is used. */
const external = [
  "pg-native", "kerberos", "snappy", "@mongodb-js/zstd", "mongodb-client-encryption", "aws4", "@aws-sdk/credential-providers", "gcp-metadata", "socks",
];

const here = dirname(fileURLToPath(import.meta.url));
const start = performance.now();
const esbuild = await loadEsbuild("agents");
const agents = readdirSync(here).filter((name) => existsSync(join(here, name, "src/main.ts")));
if (esbuild) await Promise.all(agents.map(build));

async function build(name) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(here, name, "src/main.ts")],
    bundle: true, write: false, logLevel: "warning", absWorkingDir: here,
    platform: "node", target: "node20", format: "cjs", external,
    // Names stay, so that a stack trace can be read.
    minifySyntax: true, minifyWhitespace: true, legalComments: "none",
  });
  const { text } = outputFiles[0];
  const written = await writeNew(join(here, name, "dist"), new Map([[`${name}.js`, text]]));
  console.log(`${name} agent: ${written === 0 ? "unchanged" : "new"}, ${Math.round(text.length / 1024)} KiB, ${Math.round(performance.now() - start)} ms`);
}

// Bundles the reference app: dist/server.js for Dockerfile, dist/web/ for Dockerfile.web. Under a second.
import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { loadEsbuild, writeNew } from "../runtime/bundle.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

/** Optional parts of drivers, guarded by try/catch where they are required; none is used. */
const external = [
  "pg-native", "bufferutil", "utf-8-validate", "kerberos", "snappy", "@mongodb-js/zstd", "mongodb-client-encryption",
  "aws4", "@aws-sdk/credential-providers", "gcp-metadata", "socks",
];

const start = performance.now();
const esbuild = await loadEsbuild("reference app");
const files = esbuild ? await build(esbuild) : undefined;
if (files) {
  const written = await write(files);
  const size = Math.round(files.get("server.js").length / 1024);
  console.log(`reference app: ${written} of ${files.size} files new in ${relative(process.cwd(), dist) || dist}, server.js ${size} KiB, ${Math.round(performance.now() - start)} ms`);
}

async function build({ build: bundle }) {
  const [script, style, template] = await Promise.all([
    bundle({ ...options("web/app.ts"), platform: "browser", target: "es2022", format: "iife", minify: true }),
    bundle({ ...options("web/style.css"), minify: true }),
    readFile(join(here, "web/index.html"), "utf8"),
  ]);
  const scriptText = text(script);
  const styleText = text(style);
  const [server, page] = await Promise.all([
    bundle({
      ...options("src/main.ts"), platform: "node", target: "node20", format: "cjs", external,
      // Names stay, so that a stack trace can be read: a source map would cost 15 MB of memory for it.
      minifySyntax: true, minifyWhitespace: true, legalComments: "none",
      define: { WEB_SCRIPT: JSON.stringify(scriptText), WEB_STYLE: JSON.stringify(styleText), WEB_PAGE: JSON.stringify(template) },
    }),
    bundle({ ...options("src/frontend/static.ts"), platform: "node", target: "node20", format: "cjs" }),
  ]);
  const scriptPath = `/assets/app.${hash(scriptText)}.js`;
  const stylePath = `/assets/style.${hash(styleText)}.css`;
  const { staticPage } = evaluate(text(page));
  return new Map([
    ...server.outputFiles.map((file) => [basename(file.path), file.text]),
    [`web${scriptPath}`, scriptText],
    [`web${stylePath}`, styleText],
    ["web/index.html", staticPage(template, stylePath, scriptPath)],
  ]);
}

function options(entry) {
  return { entryPoints: [join(here, entry)], outfile: join(dist, "server.js"), bundle: true, write: false, logLevel: "warning", absWorkingDir: here };
}

function text(result) {
  return result.outputFiles[0].text;
}

function evaluate(code) {
  const module = { exports: {} };
  new Function("module", "exports", "require", code)(module, module.exports, (name) => process.getBuiltinModule(name));
  return module.exports;
}

function hash(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 10);
}

async function write(contents) {
  const written = await writeNew(dist, contents);
  const assets = join(dist, "web/assets");
  for (const name of await readdir(assets)) if (!contents.has(`web/assets/${name}`)) await rm(join(assets, name), { force: true });
  return written;
}

#!/usr/bin/env node
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { artifacts, defaultNames, images, unavailable } from "./catalogue.mjs";
import { fetchArtifact, pipArguments } from "./lib/artifacts.mjs";
import { baseFiles, baseTarball, importBase } from "./lib/base.mjs";
import { Builder } from "./lib/container.mjs";
import { findDocker } from "./lib/docker.mjs";
import { hostFiles, readRelease } from "./lib/host.mjs";
import { removeLeftovers } from "./lib/leftovers.mjs";
import { withLock } from "./lib/lock.mjs";
import { consoleLog } from "./lib/log.mjs";
import { retry, run } from "./lib/process.mjs";
import { Limit } from "./lib/limit.mjs";

/*
 * The images of the stack, from package registries alone. Each carries in its tag the hash of all
 * it is made from, so an image that exists is never built again.
 */

const here = dirname(fileURLToPath(import.meta.url));
/** Two cores and one mirror: more at once is slower. */
const SIDE_BY_SIDE = 3;

/**
 * Builds what is missing of `names` (all but those for tests, if none are given).
 * @param {{ log?: (step: string, message: string) => void, names?: string[], cacheDir?: string, dockerHost?: string }} options
 * @returns {Promise<Record<string, { ref: string, id: string }>>}
 */
export async function buildImages({ log = consoleLog(), names = defaultNames, cacheDir = defaultCache(), dockerHost } = {}) {
  const unknown = names.filter((name) => name !== "base" && !(name in images));
  if (unknown.length > 0) throw new Error(`no image is called ${unknown.join(", ")}; there are base, ${Object.keys(images).join(", ")}`);
  const docker = await findDocker(dockerHost);
  const release = readRelease();
  const references = allReferences(release.codename);
  const found = await existing(docker, references, names);
  if (found !== undefined) return found;
  mkdirSync(cacheDir, { recursive: true });
  return withLock(join(cacheDir, "images.lock"), log, async () => {
    await removeLeftovers(docker, cacheDir);
    await new Build({ docker, release, references, cacheDir, log }).make(names);
    return (await existing(docker, references, names)) ?? fail("an image vanished while others were built; run it again");
  });
}

/**
 * The images of a stack that are built only when they are named, as far as they exist, and why each of the others can't be had.
 * @returns {Promise<Record<string, { ref: string, id: string } | { missing: string }>>}
 */
export async function onDemand({ dockerHost } = {}) {
  const docker = await findDocker(dockerHost);
  const [ids, references] = [await docker.imageIds(), allReferences(readRelease().codename)];
  const lacking = Object.entries(unavailable).map(([name, missing]) => [name, { missing }]);
  const named = Object.entries(images).filter(([, { onlyNamed, forTests }]) => onlyNamed !== undefined && forTests !== true);
  return Object.fromEntries([...lacking, ...named.map(([name, { onlyNamed }]) => {
    const id = ids.get(references[name]);
    return [name, id === undefined ? { missing: onlyNamed } : { ref: references[name], id }];
  })]);
}

class Build {
  #done = new Map();
  #limit = new Limit(SIDE_BY_SIDE);
  /** Go uses all cores for one build; two at once would compile what they have in common twice. */
  #compiler = new Limit(1);

  constructor({ docker, release, references, cacheDir, log }) {
    Object.assign(this, { docker, release, references, cacheDir, log, listsVolume: `stackbook-airgap-lists-${process.pid}` });
  }

  async make(names) {
    this.present = await this.docker.imageIds();
    const files = await hostFiles(this.release.codename);
    this.builder = new Builder({ docker: this.docker, hostFiles: files, listsVolume: this.listsVolume, log: this.log });
    try {
      const results = await Promise.allSettled(names.map((name) => this.image(name)));
      const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
      if (failures.length > 0) throw new AggregateError(failures, [...new Set(failures.map((failure) => failure.message))].join("\n"));
    } finally {
      await this.docker.remove("volume", this.listsVolume);
    }
  }

  /** Each thing is made once, whoever asks for it. */
  #once(key, action) {
    const promise = this.#done.get(key) ?? action();
    this.#done.set(key, promise);
    return promise;
  }

  image(name) {
    return this.#once(`image ${name}`, async () => {
      const reference = this.references[name];
      if (this.present.has(reference)) return reference;
      const started = Date.now();
      if (name === "base") await this.#base(reference);
      else await this.#build(name, reference);
      this.log(name, `ready after ${Math.round((Date.now() - started) / 1000)} s`);
      return reference;
    });
  }

  async #base(reference) {
    const tarball = await baseTarball({ codename: this.release.codename, key: tagHash(reference), cacheDir: this.cacheDir, log: this.log });
    await importBase(this.docker, tarball, reference);
  }

  async #build(name, reference) {
    const image = images[name];
    const [from, downloads] = await Promise.all([
      this.image(image.from),
      Promise.all(image.artifacts.map(async (key) => [artifacts[key].file, await this.artifact(key)])),
      this.packageLists(),
    ]);
    await this.#limit.run(async () => {
      this.log(name, "building");
      await retry(name, this.log, () =>
        this.builder.run({ name: kebab(name), from, folder: join(here, name), artifacts: Object.fromEntries(downloads), stopSignal: image.stopSignal }, (container) =>
          this.builder.commit(container, reference, [...image.config, `LABEL stackbook.airgap=${name}`])), 2);
    });
  }

  /** apt's lists are fetched once, onto a volume that every build mounts and no image contains. */
  packageLists() {
    return this.#once("lists", async () => {
      const from = await this.image("base");
      this.log("apt", "reading the package lists");
      await retry("apt", this.log, () => this.builder.run({ name: "lists", from, folder: join(here, "base"), script: "lists.sh", writableLists: true }));
    });
  }

  artifact(key) {
    return this.#once(`artifact ${key}`, () => {
      const artifact = artifacts[key];
      const source = artifact.folder === undefined ? [] : folderContent(join(here, artifact.folder));
      return fetchArtifact(artifact, {
        cacheDir: this.cacheDir, log: this.log, root: here, key: hash([artifact, source, this.references.base]),
        inContainer: (wanted, target) => (wanted.kind === "pypi" ? this.#pip(wanted, target) : this.#compile(wanted, target)),
        alone: (action) => this.#compiler.run(action),
      });
    });
  }

  async #compile(artifact, file) {
    const [from] = await Promise.all([this.image("base"), this.packageLists()]);
    await this.#limit.run(() =>
      this.builder.run({ name: "compile", from, folder: join(here, artifact.folder) }, (container) => this.builder.copyOut(container, "/out", file)));
  }

  async #pip(artifact, folder) {
    const [from] = await Promise.all([this.image("base"), this.packageLists()]);
    const file = join(folder, "wheel.tar");
    await this.#limit.run(() =>
      this.builder.run({ name: "pip", from, folder: join(here, "base"), script: "pip.sh", files: { arguments: pipArguments(artifact).join("\n") } }, (container) =>
        this.builder.copyOut(container, "/out", file)));
    await run("tar", ["-x", "-f", file, "-C", folder, "--strip-components=1"]);
    rmSync(file);
  }
}

/** What all images would be called, given the files that make them. */
function allReferences(codename) {
  const references = { base: `stackbook-airgap/base:${codename}-${hash([codename, baseFiles, read(join(here, "lib/base.mjs"))])}` };
  const shared = read(join(here, "lib/build-lib.sh"));
  const reference = (name) => {
    references[name] ??= `stackbook-airgap/${kebab(name)}:${images[name].version}-${hash([
      partsOf(images[name]), reference(images[name].from), shared, folderContent(join(here, name)), images[name].artifacts.flatMap((key) => [artifacts[key], ...sourceElsewhere(name, artifacts[key])]),
    ])}`;
    return references[name];
  };
  references.base = references.base.toLowerCase();
  for (const name of Object.keys(images)) reference(name);
  return references;
}

/** When an image is built is no part of what it is. */
const partsOf = ({ onlyNamed: _when, forTests: _whom, ...parts }) => parts;

/** The source of a program that several images share; that of all others lies in the image's own folder. */
function sourceElsewhere(name, { folder }) {
  return folder === undefined || folder === name || folder.startsWith(`${name}/`) ? [] : [folderContent(join(here, folder))];
}

function folderContent(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .map((path) => [path.slice(folder.length), read(path)]);
}

async function existing(docker, references, names) {
  const ids = await docker.imageIds();
  const entries = names.map((name) => [name, { ref: references[name], id: ids.get(references[name]) }]);
  return entries.every(([, { id }]) => id !== undefined) ? Object.fromEntries(entries) : undefined;
}

const read = (path) => readFileSync(path, "utf8");
const hash = (parts) => createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
/** References have no capitals. */
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const tagHash = (reference) => reference.slice(-12);
const fail = (message) => { throw new Error(message); };

function defaultCache() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "stackbook", "images");
}

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: "string" } } });
  const built = await buildImages(positionals.length > 0 ? { names: positionals } : {});
  const json = `${JSON.stringify(built, null, 2)}\n`;
  if (values.out === undefined) return process.stdout.write(json);
  const out = resolve(values.out);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(`${out}.part`, json);
  renameSync(`${out}.part`, out);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  main().catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });

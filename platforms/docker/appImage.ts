import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import ignore from "@balena/dockerignore";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { AppImage, AppImageArgs } from "../platform";
import type { LogicalImage, SlotName } from "../../config/types";
import type { DockerContext } from "./context";
import { assertNever } from "../../config/assertNever";
import { onceWithoutSlot } from "./slots";

/** An application's image: pulled by digest, or built from a folder. */
export function createAppImage(context: DockerContext, args: AppImageArgs, opts: pulumi.ComponentResourceOptions): AppImage {
  const { source } = args;
  switch (source.kind) {
    case "registry":
      return { reference: context.pulled(source.reference) };
    case "build":
      return buildImage(context, named(args), { context: source.context, dockerfile: source.dockerfile ?? "Dockerfile", args: source.args }, opts);
    case "reference-app": {
      const isStatic = args.kind === "static";
      return buildImage(
        context,
        named(args),
        {
          context: "reference-app",
          dockerfile: isStatic ? "Dockerfile.web" : "Dockerfile",
          args: isStatic ? { WEB_IMAGE: context.baseReference("web") } : { NODE_IMAGE: context.baseReference("node") },
        },
        opts,
      );
    }
    default:
      return assertNever(source);
  }
}

/**
 * A program of Stackbook's own in `agents/<name>`: its Dockerfile takes NODE_IMAGE, and what else `bases` names, and
 * copies what was built into `dist/`. On other bases it is another image.
 */
export function createAgentImage(
  context: DockerContext,
  name: string,
  opts: pulumi.ComponentResourceOptions,
  bases: Readonly<Record<string, LogicalImage>> = {},
): AppImage {
  const references = Object.entries({ NODE_IMAGE: "node" as const, ...bases }).map(([argument, base]) => [argument, context.baseReference(base)]);
  return buildImage(
    context,
    { name: ["agent", name, ...Object.values(bases)].join("-"), version: "agent", settings: {}, where: `agents/${name}` },
    { context: path.join("agents", name), dockerfile: "Dockerfile", args: Object.fromEntries(references) as Record<string, string> },
    opts,
  );
}

function named(args: AppImageArgs): Named {
  const { buildSettings: settings, service, slot, system, version } = args;
  return { name: `${system}-${service}`, ...(slot === undefined ? {} : { slot }), version, settings: { VERSION: version, ...settings }, where: `systems.${system}.services.${service}.image` };
}

interface Named {
  readonly name: string;
  /** Each slot's is a resource of its own; equal content is one image all the same. */
  readonly slot?: SlotName;
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Who asked for it, for messages. */
  readonly where: string;
}

interface Build {
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
}

/**
 * The tag names what is in it: version and a hash of files, arguments and build-time settings. So equal
 * content is never built twice, a changed file is a new image, and the previous one stays for the way back.
 */
function buildImage(context: DockerContext, image: Named, build: Build, opts: pulumi.ComponentResourceOptions): AppImage {
  const folder = path.resolve(build.context);
  const buildArgs = { ...build.args, ...image.settings };
  const hash = hashContext(folder, build.dockerfile, JSON.stringify(Object.entries(buildArgs).sort()), image.where);
  const tag = `${image.version}-${hash.slice(0, 12)}`.replace(/[^A-Za-z0-9_.-]/g, "-");
  const built = new docker.Image(
    [image.name, ...(image.slot === undefined ? [] : [image.slot]), "image"].join("-"),
    {
      imageName: `stackbook-${context.stack}/${image.name}:${tag}`,
      build: {
        context: folder,
        dockerfile: path.join(folder, build.dockerfile),
        args: buildArgs,
      },
      skipPush: true,
    },
    context.options({ parent: opts.parent }, { retainOnDelete: true, ...(image.slot === undefined ? {} : onceWithoutSlot(`${image.name}-image`, image.slot)) }),
  );
  return { reference: built.imageName };
}

/** Of the files that the engine would be sent, in a stable order. */
export function hashContext(folder: string, dockerfile: string, extra: string, where: string): string {
  const dockerfilePath = path.join(folder, dockerfile);
  if (!fs.existsSync(dockerfilePath)) {
    throw new Error(
      `${where}: there is no ${dockerfilePath}; name the folder by build.context and the file by build.dockerfile`,
    );
  }
  const rules = ignore();
  const rulesFile = path.join(folder, ".dockerignore");
  if (fs.existsSync(rulesFile)) rules.add(fs.readFileSync(rulesFile, "utf8"));
  const hash = crypto.createHash("sha256").update(extra);
  const walk = (relative: string): void => {
    for (const entry of fs.readdirSync(path.join(folder, relative), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = path.join(relative, entry.name);
      if (entry.name === ".git" || rules.ignores(inner)) continue;
      if (entry.isDirectory()) walk(inner);
      else if (entry.isFile()) hash.update(inner).update(fs.readFileSync(path.join(folder, inner)));
      else if (entry.isSymbolicLink()) hash.update(inner).update(fs.readlinkSync(path.join(folder, inner)));
    }
  };
  walk("");
  return hash.update(fs.readFileSync(dockerfilePath)).digest("hex");
}

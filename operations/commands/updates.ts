import { table } from "../backups/texts";
import { Problem } from "../problem";
import { stackContainers } from "../stackContainers";
import { hostPackages, type HostPackage } from "../updates/host";
import { compareImage, type Compared } from "../updates/images";
import { imageReferences } from "../updates/references";
import { projectPackages, type ProjectPackage } from "../updates/project";
import { eachOf } from "../engine/containers";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

/** D11; sms.md, Weekly Tasks: "Check for Docker image updates", "Update security patches". */
export const updates: CommandModule = {
  define(command, run) {
    command
      .addHelpText("after", [
        "",
        "Images: another digest under the tag that runs, asked of its registry by the engine. Newer tags are not looked for: which",
        "version to go to is a decision. Packages of the host: Debian's and Ubuntu's, here or over SSH. What could not be asked",
        "is said, and is no failure.",
        "",
        "Examples:",
        "  npx stackbook updates",
        "  npx stackbook updates --json | jq '.host.packages'",
      ].join("\n"))
      .action(run<GlobalOptions>(list));
  },
};

type Asked<T> = { readonly known: true; readonly packages: readonly T[] } | { readonly known: false; readonly why: string };

async function list(options: GlobalOptions, context: Context): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  const [containers, host, project] = await Promise.all([stackContainers(stack, engine, { all: false }), ask(() => hostPackages(stack.dockerHost)), ask(() => projectPackages(context.root))]);
  const references = await imageReferences(stack, containers);
  const images = await eachOf(references, 4, (reference) => compareImage(engine, reference));
  return { text: [...describeImages(images), "", ...describeHost(host), "", ...describeProject(project)].join("\n"), json: { stack: stack.name, images, host, project } };
}

async function ask<T>(question: () => Promise<readonly T[]>): Promise<Asked<T>> {
  try {
    return { known: true, packages: await question() };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { known: false, why: error.message };
  }
}

function describeImages(images: readonly Compared[]): string[] {
  const newer = images.filter((image) => image.newer === true);
  const same = images.filter((image) => image.newer === false);
  const blind = images.filter((image) => image.newer === undefined);
  return [
    `Images that run: ${newer.length} with a newer one under their tag, ${same.length} the newest, ${blind.length} that nobody could tell of.`,
    ...(newer.length === 0 ? [] : [table(newer.map(({ digest, reference }) => [`  ${reference}`, digest ?? ""])), "  To take one: its digest into the stack file (stackbook:images, or a service's image), then npx stackbook deploy or pulumi up."]),
    ...grouped(blind).map(([why, references]) => `  not known: ${references.join(", ")} (${why})`),
  ];
}

function grouped(blind: readonly Compared[]): readonly (readonly [string, readonly string[]])[] {
  const byWhy = new Map<string, string[]>();
  for (const { reference, why } of blind) byWhy.set(why, [...(byWhy.get(why) ?? []), reference]);
  return [...byWhy];
}

function describeHost(host: Asked<HostPackage>): string[] {
  if (!host.known) return [`Packages of the host: not known: ${host.why}`];
  const security = host.packages.filter((each) => each.security);
  return [
    `Packages of the host: ${host.packages.length} with newer versions, ${security.length} of them for security.`,
    ...(host.packages.length === 0 ? [] : [`  ${host.packages.map((each) => `${each.name}${each.security ? " (security)" : ""}`).join(", ")}`, "  To take them: apt-get upgrade on the host, in a maintenance window (npx stackbook maintenance)."]),
  ];
}

function describeProject(project: Asked<ProjectPackage>): string[] {
  if (!project.known) return [`npm packages of this project: not known: ${project.why}`];
  return [
    `npm packages of this project: ${project.packages.length} with newer versions.`,
    ...(project.packages.length === 0 ? [] : [table([["  PACKAGE", "HERE", "NEWEST"], ...project.packages.map(({ current, latest, name }) => [`  ${name}`, current ?? "-", latest])])]),
  ];
}

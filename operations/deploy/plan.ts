import type { Means } from "../change";
import { describePreview, losses, PolicyProblem, type Preview } from "../preview";
import { exitCodes, Problem } from "../problem";
import type { Policies } from "../pulumi";
import type { SmokeSetting } from "../smoke";
import { chooseImages } from "./images";
import { smokeSetting } from "./login";
import type { DeployRequest } from "./options";
import { precheck, type Looking } from "./prechecks";
import { isIrreversible, settled, writeRequest, type Images } from "./settings";
import { stagingProblem } from "./staging";

/** From which version to which, and what there is to try it with. */
export interface Course {
  /** The stack file's text to go back to. */
  readonly before: string;
  readonly from: string;
  readonly to: string;
  readonly images: Images;
  readonly irreversible: boolean;
  readonly setting: SmokeSetting;
  /** Flows that fail with what runs now. */
  readonly failing: readonly string[];
}

/** A deploy that nothing speaks against, with the stack file edited and nothing touched. */
export interface Plan extends Course {
  /** The stack file's text as it was found. */
  readonly present: string;
  readonly preview: Preview;
  /** For people, before they are asked. */
  readonly shown: readonly string[];
}

export type Planning = Looking & Pick<Means, "preview">;

/** @throws Problem with everything that speaks against it */
export async function makePlan(request: DeployRequest, means: Planning): Promise<Plan> {
  const { context, engine, file, stack } = means;
  const { system, version = "" } = request;
  const { environment = "prod", release } = stack.outputs;
  means.say(`Checks before ${system} ${version}: health, smoke checks, alerts, disk, backups, policies`);
  const setting = await smokeSetting(stack, system);
  const present = file.text();
  const { edits, text: before } = settled(file, release);
  const [checked, chosen] = await Promise.all([precheck(request, means, setting), chooseImages(request, file, engine, environment)]);
  const notes = writeRequest(file, request, chosen.images, release);
  const staging = await stagingProblem(request, chosen.images, stack, context);
  const own = [...checked.problems, ...chosen.problems, ...(staging === undefined ? [] : [staging]), ...sameProblem(request, chosen.images, means)];
  // An update that is refused anyhow need not be worked out in vain, but it is one more thing that may be wrong.
  const { preview, refused, violations } = await tryPreview(means);
  // On a developer's machine rules are shown; elsewhere they are kept.
  const lost = preview === undefined ? [] : losses(preview).map(({ because = [], name, op, type }) => `${name} (${type}) would be ${op === "delete" ? "deleted" : "replaced"}${because.length === 0 ? "" : `, for ${because.join(", ")}`}, and what it holds with it; a deploy never does that: put the cause back, or do it by hand with pulumi up`);
  const problems = [...own, ...refused, ...lost, ...(environment === "dev" ? [] : violations)];
  if (environment === "dev") notes.push(...violations.map((violation) => `outside dev this would be refused: ${violation}`));
  if (problems.length > 0 || preview === undefined) {
    file.putBack(present);
    throw new Problem(`${system} ${version} was not deployed:`, [...problems, "Nothing was touched."], exitCodes.failed);
  }
  const from = runningVersion(means, system);
  return {
    present, before, from, to: version, images: chosen.images, irreversible: isIrreversible(file, system), preview, setting, failing: checked.failing,
    shown: [
      `${stack.outputs.systems?.[system]?.title ?? system}: ${from} to ${version}${release === undefined ? "" : `, after release ${release.number}`}`,
      ...Object.entries(chosen.images).map(([service, image]) => `  ${service}: ${image}`),
      ...(edits.length === 0 ? [] : ["The stack file was edited since the last update: the deploy brings that out too, and should it go back, that goes with it:", ...edits]),
      ...[...checked.notes, ...notes].map((note) => `Note: ${note}`),
      ...(isIrreversible(file, system) ? ["Its migration can't be undone: should it go wrong, the code does not go back by itself."] : []),
      "What the update changes:", describePreview(preview),
    ],
  };
}

/** On a developer's machine broken rules are told of a version that comes in; elsewhere they keep it out. */
export function rulesOf({ stack }: Pick<Means, "stack">): { readonly policies: Policies } {
  return { policies: stack.outputs.environment === "dev" ? "told" : "kept" };
}

export function runningVersion({ stack }: Pick<Means, "stack">, system: string): string {
  return stack.outputs.systems?.[system]?.version ?? "";
}

interface Previewed {
  readonly preview: Preview | undefined;
  readonly refused: readonly string[];
  readonly violations: readonly string[];
}

async function tryPreview(means: Planning): Promise<Previewed> {
  try {
    return { preview: await means.preview({ policies: true }), refused: [], violations: [] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error instanceof PolicyProblem) return { preview: error.preview, refused: [], violations: error.violations };
    return { preview: undefined, refused: [error.message, ...error.remedy.filter((line) => line !== "Nothing was touched.")], violations: [] };
  }
}

/** The same once more changes nothing, unless the last time was cut off. */
function sameProblem({ system, version = "" }: DeployRequest, images: Images, means: Planning): string[] {
  const recorded = means.stack.outputs.release?.systems[system];
  const isSame = recorded?.version === version && Object.entries(images).every(([service, image]) => recorded.images[service as keyof Images] === image);
  return isSame ? [`${system} ${version} runs already: see npx stackbook status ${system}`] : [];
}

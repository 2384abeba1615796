import type { Means } from "../change";
import type { Outcome } from "../commands/types";
import { took } from "../backups/texts";
import type { DeployRequest } from "./options";
import type { Course } from "./plan";
import type { Steps } from "./steps";

export interface Ending {
  readonly result: "done" | "rolled back" | "stopped" | "waiting";
  readonly exitCode: number;
  readonly reasons: readonly string[];
  readonly text: readonly string[];
}

/** What came of a deploy: once for people, once for programs. */
export class Report {
  private readonly began: number;

  constructor(private readonly request: DeployRequest, private readonly plan: Pick<Course, "from" | "to" | "images">, private readonly means: Means, private readonly steps: Steps) {
    this.began = means.context.now().getTime();
  }

  async outcome({ exitCode, reasons, result, text }: Ending): Promise<Outcome> {
    const { file, stack } = this.means;
    const { watched } = this.steps;
    const seconds = Math.round((this.means.context.now().getTime() - this.began) / 100) / 10;
    const { release } = stack.outputs;
    return {
      exitCode,
      text: [...text, `It took ${took(seconds)}${release === undefined ? "" : `; release ${release.number}`}.`, "", "To commit, so that neither a colleague nor a pipeline undoes it:", await file.difference()].join("\n"),
      json: {
        stack: stack.name, system: this.request.system, from: this.plan.from, version: this.plan.to, images: this.plan.images, result, reasons, seconds,
        release: release?.number ?? null, backup: release?.systems[this.request.system]?.backup ?? null,
        smoke: this.steps.smoke,
        watch: watched === undefined ? null : { outcome: watched.outcome, seconds: Math.round(watched.seconds), summary: watched.summary, judged: watched.judged, notes: watched.notes },
      },
    };
  }
}

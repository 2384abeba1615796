import * as pulumi from "@pulumi/pulumi";
import { isUp, ownerLabels, type Hands, type Piece } from "../../../halts/hands";
import { haltText, marksOf, removeMarks, writeMark, type Cut, type Halt, type Mark } from "../../../halts/mark";
import { connectAgain, startAll } from "../../../halts/start";
import { cutOff, cutsOf, stopAll } from "../../../halts/stop";
import { connect, sameInputs } from "../engine";
import { ailOf, handsOf } from "./hands";

export interface PowerArgs {
  readonly host?: pulumi.Input<string | undefined>;
  readonly stack: string;
  readonly system: string;
  /** Absent: the system runs. */
  readonly halted?: Halt;
  /** What may not change while the system is halted: its version, the slot it runs in, the restore it was made from. */
  readonly frozen: Readonly<Record<string, string>>;
}

interface PowerInputs {
  host?: string;
  stack: string;
  system: string;
  halted?: Halt;
  frozen: Record<string, string>;
}

interface PowerState extends PowerInputs {
  /** What was cut, should the mark get lost. */
  cuts?: readonly Cut[];
}

/** Seconds for each wave when an update stops what a stack file says is halted: nobody waits for it. */
function calmSeconds(): readonly number[] {
  return [10, 15, 60];
}

async function markOf(hands: Hands, { stack, system }: PowerInputs): Promise<Mark | undefined> {
  return (await marksOf(hands, stack, system))[system];
}

async function piecesOf(hands: Hands, inputs: PowerInputs): Promise<readonly Piece[]> {
  return hands.containers(ownerLabels(inputs));
}

/** Why this update must not be; undefined where it may. */
export function refusalOf(olds: PowerInputs | undefined, news: PowerInputs, mark: Mark | undefined): string | undefined {
  const { halted, system, frozen } = news;
  if (halted !== undefined && olds?.halted !== undefined) {
    const before = olds.frozen;
    const changed = [...new Set([...Object.keys(before), ...Object.keys(frozen)])].filter((name) => before[name] !== frozen[name]);
    const changes = changed.map((name) => `its ${name} from ${before[name] ?? "none"} to ${frozen[name] ?? "none"}`).join(" and ");
    if (changed.length > 0) return `${system} is halted ${haltText(olds.halted)}, and this update would change ${changes}. Resume it first, npx stackbook resume ${system}, and deploy then; or put that back in the stack file.`;
  }
  if (halted === undefined && olds?.halted === undefined && mark?.stage === "halted") {
    return `${system} was stopped in an emergency ${haltText(mark)}, and the stack file does not say so yet. Record it, npx stackbook emergency-stop ${system} --record, or start it again: npx stackbook resume ${system}.`;
  }
  return undefined;
}

/** Whether the engine is as it should be. */
async function isSettled(news: PowerInputs): Promise<boolean> {
  const hands = handsOf(connect(news.host));
  const mark = await markOf(hands, news);
  const { halted } = news;
  if (halted === undefined) return mark === undefined;
  if (mark === undefined) return false;
  const pieces = await piecesOf(hands, news);
  return pieces.every((piece) => (halted.isolated ? piece.networks.length === 0 : !isUp(piece)));
}

async function halt(inputs: PowerInputs, halted: Halt, before: readonly Cut[]): Promise<readonly Cut[]> {
  const hands = handsOf(connect(inputs.host));
  const mark = await markOf(hands, inputs);
  const pieces = await piecesOf(hands, inputs);
  const known = mark?.cuts ?? before;
  const cuts = halted.isolated ? cutsOf(pieces, known) : known;
  // Written before it is done: what is cut must be known whatever happens.
  await writeMark(hands, inputs, { ...halted, stage: "halted", cuts }, new Date());
  const { problems } = halted.isolated ? await cutOff(hands, pieces) : await stopAll(hands, pieces, calmSeconds());
  if (problems.length > 0) throw new Error(`${inputs.system} is not ${halted.isolated ? "cut off" : "stopped"} everywhere:\n${problems.join("\n")}`);
  return cuts;
}

async function resume(inputs: PowerInputs, olds: PowerState | undefined): Promise<void> {
  const docker = connect(inputs.host);
  const hands = handsOf(docker);
  const mark = await markOf(hands, inputs);
  // Whatever was left running for evidence may be an intruder's: it does not get its networks back.
  if (mark?.isolated ?? olds?.halted?.isolated ?? false) await stopAll(hands, await piecesOf(hands, inputs), calmSeconds());
  const pieces = await piecesOf(hands, inputs);
  await connectAgain(hands, pieces, mark?.cuts ?? olds?.cuts ?? []);
  await startAll(hands, pieces, (id, seconds) => ailOf(docker, id, seconds));
  await removeMarks(hands, inputs);
}

async function apply(news: PowerInputs, olds: PowerState | undefined): Promise<PowerState> {
  const hands = handsOf(connect(news.host));
  const mark = await markOf(hands, news);
  const refusal = refusalOf(olds, news, mark);
  if (refusal !== undefined) throw new Error(refusal);
  const { halted } = news;
  if (halted !== undefined) return { ...news, cuts: await halt(news, halted, olds?.cuts ?? []) };
  // Nothing to start again where nothing was stopped.
  if (olds?.halted !== undefined || mark !== undefined) await resume(news, olds);
  return news;
}

/** A preview needs no engine: one that can't be asked within 3 s is taken for one that has nothing to say. */
async function within<T>(asked: Promise<T>, otherwise: T): Promise<T> {
  const late = new Promise<T>((resolve) => setTimeout(() => resolve(otherwise), 3000).unref());
  return Promise.race([asked.catch(() => otherwise), late]);
}

const provider: pulumi.dynamic.ResourceProvider<PowerInputs, PowerState> = {
  async check(olds, news) {
    const mark = await within(markOf(handsOf(connect(news.host)), news), undefined);
    // Of a system that is new the engine hands over nothing.
    const reason = refusalOf((olds as Partial<PowerInputs>).frozen === undefined ? undefined : olds, news, mark);
    return { inputs: news, failures: reason === undefined ? [] : [{ property: "", reason }] };
  },
  async diff(_id, { cuts: _cuts, ...olds }, news) {
    return { changes: !sameInputs(olds, news) || !(await within(isSettled(news), true)) };
  },
  async create(inputs) {
    return { id: `${inputs.stack}-${inputs.system}-power`, outs: await apply(inputs, undefined) };
  },
  async update(_id, olds, news) {
    return { outs: await apply(news, olds) };
  },
  async delete(_id, inputs) {
    await removeMarks(handsOf(connect(inputs.host)), inputs);
  },
};

/**
 * Whether a system runs. Everything of it comes after this: what was stopped in an emergency is not started by an update
 * that knows nothing of it, and what is to run again is started from its data up before anything else is done.
 */
export class Power extends pulumi.dynamic.Resource {
  constructor(name: string, args: PowerArgs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args, cuts: undefined }, opts, "stackbook", "Power");
  }
}

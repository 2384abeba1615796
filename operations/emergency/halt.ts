import { ownerLabels, isUp, type Hands, type Owner, type Piece } from "../../halts/hands";
import { marksOf, writeMark, type Mark } from "../../halts/mark";
import { cutOff, cutsOf, emergencySeconds, stopAll } from "../../halts/stop";
import { Problem } from "../problem";

export interface HaltRequest {
  readonly by: string;
  readonly why?: string;
  readonly isolated: boolean;
}

export interface Halted {
  readonly system: string;
  readonly mark: Mark;
  /** Containers that were stopped or cut off, by name. */
  readonly containers: readonly string[];
  readonly problems: readonly string[];
  readonly seconds: number;
}

/**
 * Stops or cuts off everything of a system, on the engine alone: whoever is at work on the stack, no lock is asked for.
 * The mark keeps every update that begins now from starting anything again.
 */
export async function haltNow(hands: Hands, owner: Owner, request: HaltRequest, now: () => Date): Promise<Halted> {
  const began = now().getTime();
  const [pieces, marks] = await Promise.all([hands.containers(ownerLabels(owner)), marksOf(hands, owner.stack, owner.system)]);
  const before = marks[owner.system];
  const mark = markFor(request, before, pieces, now());
  const marked = writeMark(hands, owner, mark, now());
  // What is cut must be known whatever happens; stopping need not wait for it.
  if (request.isolated) await marked;
  const [first] = await Promise.all([act(hands, pieces, request.isolated), marked]);
  // An update that is at work may have made more meanwhile.
  const more = await act(hands, (await hands.containers(ownerLabels(owner))).filter((piece) => isLeft(piece, request.isolated)), request.isolated);
  return {
    system: owner.system, mark,
    containers: [...new Set([...first.names, ...more.names])],
    problems: more.problems,
    seconds: (now().getTime() - began) / 1000,
  };
}

function act(hands: Hands, pieces: readonly Piece[], isolated: boolean): ReturnType<typeof cutOff> {
  return isolated ? cutOff(hands, pieces) : stopAll(hands, pieces, emergencySeconds);
}

/** Not yet as it should be. */
export function isLeft(piece: Piece, isolated: boolean): boolean {
  return isolated ? piece.networks.length > 0 : isUp(piece);
}

/** Who stopped it first stays its author; what was cut stays to be connected again. */
function markFor({ by, isolated, why }: HaltRequest, before: Mark | undefined, pieces: readonly Piece[], now: Date): Mark {
  const known = before?.cuts ?? [];
  const reason = why ?? before?.why;
  return {
    at: before?.at ?? `${now.toISOString().slice(0, 19)}Z`,
    by: before?.by ?? by,
    ...(reason === undefined ? {} : { why: reason }),
    isolated,
    stage: "halted",
    cuts: isolated ? cutsOf(pieces, known) : known,
  };
}

/** Systems that a stack has containers of. */
export async function systemsOnEngine(hands: Pick<Hands, "containers">, stack: string): Promise<readonly string[]> {
  const all = await hands.containers({ "stackbook.stack": stack });
  return [...new Set(all.map(({ labels }) => labels["stackbook.system"] ?? "stack"))].filter((system) => system !== "stack" && system !== "").sort();
}

/** What `<system|all>` means. @throws Problem where the engine has nothing of it */
export async function chosenSystems(hands: Pick<Hands, "containers">, stack: string, named: string): Promise<readonly string[]> {
  const there = await systemsOnEngine(hands, stack);
  if (named === "all" && there.length > 0) return there;
  if (there.includes(named)) return [named];
  if (there.length === 0) throw new Problem(`the engine has no container of the stack ${stack}`, ["Is it the right stack (--stack), and the right engine (DOCKER_HOST)? docker ps -a --filter label=stackbook.stack"]);
  throw new Problem(`the engine has no container of ${named} in the stack ${stack}`, [`Use one of: ${there.join(", ")}, all.`], 2);
}

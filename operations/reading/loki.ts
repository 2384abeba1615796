import type { Container, Engine } from "../engine";
import { Problem } from "../problem";
import { serviceOf } from "../stackContainers";
import { askWithin } from "../webWithin";
import type { ShownLine } from "./logLines";

export interface LokiQuestion {
  readonly stack: string;
  readonly system: string | undefined;
  readonly service: string | undefined;
  readonly since: Date;
  readonly until: Date;
  /** Text that a line must hold. */
  readonly holds: string | undefined;
  readonly limit: number;
}

const patienceSeconds = 15;

/** What Loki answers at once where nobody has set it otherwise. */
const pageLines = 5000;

/** Is the store of logs there, and somebody in its network who can ask it? */
export function hasLoki(containers: readonly Container[]): boolean {
  return ["loki", "prometheus"].every((service) => containers.some((container) => serviceOf(container) === service && container.state === "running"));
}

/** Lines of containers that are gone, and of audit logs: of containers that are there the engine itself has them, and newer ones. */
export async function linesOfGone(engine: Engine, containers: readonly Container[], question: LokiQuestion): Promise<readonly ShownLine[]> {
  const asker = containers.find((container) => serviceOf(container) === "prometheus" && container.state === "running");
  if (asker === undefined) return [];
  const lines: ShownLine[] = [];
  const query = selector(question, containers);
  // From the newest backwards, a page at a time: Loki gives no more at once.
  for (let end = nanoseconds(question.until); lines.length < question.limit; ) {
    const limit = Math.min(question.limit - lines.length, pageLines);
    const parameters = new URLSearchParams({ query, start: nanoseconds(question.since), end, limit: String(limit), direction: "backward" });
    const [answer] = await askWithin(engine, asker.name, [`http://loki:3100/loki/api/v1/query_range?${parameters.toString().replaceAll("+", "%20")}`], patienceSeconds);
    if (answer?.ok !== true) throw new Problem(`the store of logs did not answer: ${answer === undefined ? "nothing" : answer.why}`);
    const page = read(answer.text);
    lines.push(...page.map(({ line }) => line));
    const oldest = page.map(({ nanoseconds: at }) => at).reduce((least, at) => (at < least ? at : least), BigInt(end));
    // Its end is left out: the same moment is not asked for again.
    if (page.length < limit || oldest >= BigInt(end)) break;
    end = String(oldest);
  }
  return lines;
}

/** Left out there rather than here: each line is long, and they are most of them. */
export function selector({ holds, service, stack, system }: Pick<LokiQuestion, "holds" | "service" | "stack" | "system">, containers: readonly Pick<Container, "id">[]): string {
  const labels = Object.entries({ stack, system, service }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${JSON.stringify(value)}`]));
  const there = containers.map(({ id }) => id.slice(0, 12)).join("|");
  return `{${labels.join(",")}}${holds === undefined ? "" : ` |= ${JSON.stringify(holds)}`} | container_id !~ ${JSON.stringify(there)}`;
}

function nanoseconds(time: Date): string {
  return `${time.getTime()}000000`;
}

interface Answer {
  readonly data: { readonly result: readonly { readonly stream: Readonly<Record<string, string>>; readonly values: readonly (readonly [string, string])[] }[] };
}

function read(text: string): { readonly nanoseconds: bigint; readonly line: ShownLine }[] {
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    // A refusal of Loki is text.
    throw new Problem(`the store of logs refused the question: ${text.slice(0, 300)}`);
  }
  return answer.data.result.flatMap(({ stream, values }) =>
    values.map(([at, text]) => ({
      nanoseconds: BigInt(at),
      line: {
        at: moment(at), system: stream["system"] ?? "", service: stream["service"] ?? "", container: stream["container_id"] ?? stream["stream"] ?? "", stream: "out", text,
        from: stream["container_id"] === undefined ? "audit" : "gone",
      },
    })),
  );
}

/** Nanoseconds since 1970 as the engine writes times. */
export function moment(nanosecondsSince1970: string): string {
  const number = BigInt(nanosecondsSince1970);
  return `${new Date(Number(number / 1_000_000n)).toISOString().slice(0, 20)}${String(number % 1_000_000_000n).padStart(9, "0")}Z`;
}

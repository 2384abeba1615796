import { systemOf } from "./belongings.mjs";

/**
 * Systems that were stopped in an emergency, by the marks that `npx stackbook emergency-stop` leaves on the engine
 * (halts/mark.ts). They start again by `npx stackbook resume` and by nothing else.
 * @param {import("./api.mjs").Engine} engine
 * @returns {Promise<Map<string, { isolated: boolean, at: string, by: string }>>} by system
 */
export async function haltedSystems(engine, stack) {
  const marks = await engine.volumes({ label: [`stackbook.stack=${stack}`, "stackbook.role=halt"] });
  const byAge = [...marks].sort((a, b) => (written(a) < written(b) ? -1 : 1));
  return new Map(byAge.flatMap(({ Labels }) => {
    const { at, by, isolated, stage } = JSON.parse(Labels["stackbook.halt"] ?? "{}");
    return stage === "halted" ? [[Labels["stackbook.system"], { at, by, isolated: isolated === true }]] : [];
  }));
}

const written = ({ Labels }) => Labels?.["stackbook.written"] ?? "";

/** What `npm start` leaves as it is: everything of a halted system. */
export const mayStart = (halted) => (container) => !halted.has(systemOf(container));

/** What `npm stop` leaves as it is: processes that were left running for evidence. */
export const mayStop = (halted) => (container) => halted.get(systemOf(container))?.isolated !== true;

/** One line for each. */
export function haltedLines(halted) {
  return [...halted].map(([system, { at, by, isolated }]) => `halted    ${system} was ${isolated ? "cut off" : "stopped"} in an emergency at ${at} by ${by} and is left as it is: npx stackbook resume ${system}`);
}

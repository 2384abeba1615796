import type { Piece } from "../../../../halts/hands";
import type { Container, Ended, Engine } from "../../../../operations/engine";
import { FakeHands } from "../../halts/fakeHands";
import { FakeEngine } from "./engine";

export type Answer = (container: string, command: readonly string[], line: string) => Ended | undefined;

/** An engine with containers in the memory; commands in them are answered by `answer`, or end well without a word. */
export class FakeContainers extends FakeEngine {
  readonly hands: FakeHands;
  answer: Answer = () => undefined;
  /** Of each: labels, restarts and the like over what a Piece has. */
  more: (piece: Piece) => Partial<Container> = () => ({});

  constructor(pieces: readonly Piece[]) {
    super();
    this.hands = new FakeHands(pieces);
    const { connect, createVolume, disconnect, removeVolume, setRestart, start, stop, volumes } = this.hands;
    Object.assign(this, { createVolume, disconnect, removeVolume, setRestart, start, stop, connect: (network: string, id: string, aliases: readonly string[] = []) => connect(network, id, aliases) });
    // The lock of changing commands asks by a label of its own.
    this.volumes = (labels) => volumes(Object.fromEntries(Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))));
  }

  get done(): readonly string[] {
    return this.hands.done.filter((what) => what !== "mark" && what !== "unmark");
  }

  override containers: Engine["containers"] = async (labels, { all = true } = {}) => {
    const wanted = Object.fromEntries(Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    return (await this.hands.containers(wanted)).filter(({ state }) => all || state === "running").map((piece) => this.describe(piece));
  };

  override inspect: Engine["inspect"] = (container) => {
    const piece = this.hands.pieces.find(({ id, name }) => id === container || name === container);
    return piece === undefined ? Promise.reject(new Error(`no container ${container}`)) : Promise.resolve(this.describe(piece));
  };

  override restart: Engine["restart"] = (container, seconds) => {
    const piece = this.hands.pieces.find(({ id, name }) => id === container || name === container);
    this.hands.done.push(`restart ${piece?.name ?? container} ${seconds}`);
    return Promise.resolve();
  };

  override logs: Engine["logs"] = (container, _options, onLine) => {
    onLine({ at: "2026-11-21T10:00:00.000000000Z", stream: "out", text: `a line of ${container}` });
    return Promise.resolve();
  };

  override exec: Engine["exec"] = (container, command, line) => {
    const name = this.hands.pieces.find(({ id }) => id === container)?.name ?? container;
    return Promise.resolve(this.answer(name, command, line) ?? { code: 0, out: "", err: "" });
  };

  private describe(piece: Piece): Container {
    return {
      ...piece, state: piece.state as Container["state"], image: { id: "sha256:1", reference: "motel:1.0.0" }, health: undefined, startedAt: new Date("2026-11-21T08:00:00Z"),
      finishedAt: undefined, exitCode: undefined, outOfMemory: false, restarts: 0, limits: { memoryBytes: undefined, cpus: undefined }, healthTest: ["CMD", "true"], ...this.more(piece),
    };
  }
}

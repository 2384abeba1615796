import assert from "node:assert/strict";
import type { Hands, Piece, Restart } from "../../../halts/hands";

export type Change = { -readonly [K in keyof Piece]?: Piece[K] };

/** A container engine of the memory: what is asked of it is written down, in order. */
export class FakeHands implements Hands {
  readonly done: string[] = [];
  pieces: Piece[];
  marks = new Map<string, Readonly<Record<string, string>>>();
  /** What a call is to fail with, by what `done` says of it. */
  failures: Readonly<Record<string, Error>> = {};

  constructor(pieces: readonly Piece[] = []) {
    this.pieces = [...pieces];
  }

  containers = (labels: Readonly<Record<string, string>>): Promise<readonly Piece[]> =>
    Promise.resolve(this.pieces.filter((piece) => Object.entries(labels).every(([name, value]) => piece.labels[name] === value)));

  stop = (id: string, seconds: number): Promise<void> => this.act(`stop ${this.nameOf(id)} ${seconds}`, () => this.change(id, { state: "exited" }));
  start = (id: string): Promise<void> => this.act(`start ${this.nameOf(id)}`, () => this.change(id, { state: "running" }));
  connect = (network: string, id: string, aliases: readonly string[]): Promise<void> =>
    this.act(`connect ${network} ${this.nameOf(id)} ${aliases.join(",")}`.trim(), () => this.change(id, { networks: [...this.piece(id).networks, { name: network, aliases }] }));
  disconnect = (network: string, id: string): Promise<void> =>
    this.act(`disconnect ${network} ${this.nameOf(id)}`, () => this.change(id, { networks: this.piece(id).networks.filter(({ name }) => name !== network) }));
  setRestart = (id: string, policy: Restart): Promise<void> => this.act(`restart ${this.nameOf(id)} ${policy}`, () => this.change(id, { restart: policy }));

  volumes = (labels: Readonly<Record<string, string>>): Promise<{ name: string; labels: Readonly<Record<string, string>> }[]> =>
    Promise.resolve([...this.marks].filter(([, own]) => Object.entries(labels).every(([name, value]) => own[name] === value)).map(([name, own]) => ({ name, labels: own })));
  createVolume = (name: string, labels: Readonly<Record<string, string>>): Promise<void> => this.act("mark", () => void this.marks.set(name, labels));
  removeVolume = (name: string): Promise<void> => this.act("unmark", () => void this.marks.delete(name));

  change(id: string, change: Change): void {
    this.pieces = this.pieces.map((piece) => (piece.id === id ? { ...piece, ...change } : piece));
  }

  private act(what: string, work: () => void): Promise<void> {
    const failure = this.failures[what];
    if (failure !== undefined) return Promise.reject(failure);
    this.done.push(what);
    work();
    return Promise.resolve();
  }

  private piece(id: string): Piece {
    const found = this.pieces.find((piece) => piece.id === id);
    assert.ok(found, `there is no container ${id}`);
    return found;
  }

  private nameOf(id: string): string {
    return this.piece(id).name;
  }
}

export const idOf = (service: string): string => Buffer.from(service).toString("hex").padEnd(64, "0");

/** A container of motel in the stack dev: its name is its service. */
export function piece(role: string, service: string = role, change: Change = {}): Piece {
  return {
    id: idOf(service), name: service, state: "running", restart: "unless-stopped",
    labels: { "stackbook.stack": "dev", "stackbook.system": "motel", "stackbook.role": role, "stackbook.service": service },
    networks: [{ name: `motel-${role === "database" ? "database" : "web"}`, aliases: [service, idOf(service).slice(0, 12)] }],
    ...change,
  };
}

export const motel = (): Piece[] => [piece("database"), piece("cache"), piece("app", "backend"), piece("app", "frontend"), piece("backup"), piece("monitoring", "postgres-exporter"), piece("demo", "traffic")];

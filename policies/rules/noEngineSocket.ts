import type { Rule } from "../rule";
import { ofContainers } from "../view/container";

const socket = /(docker|containerd|crio|podman)\.sock$|^\/(var\/)?run(\/docker|\/containerd)?\/?$/;

export const noEngineSocket: Rule = {
  name: "no-engine-socket",
  description: "No container holds the engine's socket, least of all one that faces the net.",
  why: "Who holds it starts containers as root on the host.",
  source: "X4",
  check: ofContainers(({ mounts }) => mounts.filter(({ kind, source }) => kind === "host" && socket.test(source)).map(({ source }) => `it mounts ${source}; remove it, and ask the engine from outside (the update does)`)),
};

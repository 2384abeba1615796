import { dockerContainer, dockerTask, later, type Props, type Resource } from "../rule";
import type { Container, Mount, Variable } from "./container";
import { ownWords } from "./labels";
import { at, listAt, mapsAt, pairsAt, textAt, textsAt, type Known } from "./values";

/** The labels of a Docker resource, whose inputs are a list of pairs; of a task of ours, a map. */
export function dockerLabels(props: Props): Record<string, string> {
  const pairs = mapsAt(props, "labels").flatMap(({ label, value }) => (typeof label === "string" && typeof value === "string" ? [[label, value] as const] : []));
  return Object.fromEntries([...pairs, ...pairsAt(props, "labels")]);
}

export function dockerContainers({ type, props }: Resource): Container[] {
  if (type === dockerContainer) return [container(props)];
  return type === dockerTask ? [task(props)] : [];
}

function container(props: Props): Container {
  const securityOpts = textsAt(props, "securityOpts");
  return {
    platform: "docker", at: "", ...ownWords(dockerLabels(props)),
    // `mustRun: false` is for containers that end.
    runsToEnd: at(props, "mustRun") === false && at(props, "start") !== false,
    image: textAt(props, "image"),
    user: textAt(props, "user"),
    privileged: at(props, "privileged") === true,
    newPrivileges: !securityOpts.some((option) => /^no-new-privileges([:=]true)?$/.test(option)),
    addedCapabilities: textsAt(props, "capabilities", "adds"),
    dropsAll: textsAt(props, "capabilities", "drops").some((drop) => drop.replace(/^CAP_/, "") === "ALL"),
    hostNamespaces: (["network", "pid", "ipc", "userns"] as const).filter((kind) => at(props, `${kind}Mode`) === "host"),
    mounts: dockerMounts(props),
    memory: limitOf(at(props, "memory")),
    cpu: limitOf(at(props, "cpus")) ?? limitOf(at(props, "cpuQuota")),
    hasHealthcheck: healthOf(props),
    readOnlyRoot: at(props, "readOnly") === true,
    env: variables(listAt(props, "envs")),
    words: [...textsAt(props, "entrypoints"), ...textsAt(props, "command")],
    published: [...mapsAt(props, "ports").map(({ internal }) => String(internal)), ...(at(props, "publishAllPorts") === true ? ["every port of its image"] : [])],
    logLimited: at(props, "logOpts") === later ? later : Number(at(props, "logOpts", "max-file")) > 0 && at(props, "logOpts", "max-size") !== undefined ? true : undefined,
  };
}

/** A task of ours: the program hardens it itself (platforms/docker/runTask.ts), and the stack file names image, words and variables. */
function task(props: Props): Container {
  return {
    platform: "task", at: "", ...ownWords(dockerLabels(props)), runsToEnd: true,
    image: textAt(props, "image"), user: textAt(props, "user") ?? later,
    privileged: false, newPrivileges: false, addedCapabilities: [], dropsAll: true, hostNamespaces: [],
    mounts: textsAt(props, "volumes").map((text): Mount => ({ kind: text.startsWith("/") ? "host" : "volume", source: text.split(":")[0] ?? "", readOnly: text.endsWith(":ro") })),
    memory: limitOf(at(props, "memoryMiB")), cpu: later, hasHealthcheck: undefined, readOnlyRoot: true,
    env: variables(listAt(props, "env")), words: textsAt(props, "command"), published: [], logLimited: true,
  };
}

/** Both ways in which the provider takes mounts. */
function dockerMounts(props: Props): Mount[] {
  return [
    ...mapsAt(props, "mounts").flatMap(({ type, source, readOnly }): Mount[] =>
      type === "tmpfs" ? [] : [{ kind: type === "bind" ? "host" : "volume", source: typeof source === "string" ? source : "", readOnly: readOnly === true }]),
    ...mapsAt(props, "volumes").map(({ hostPath, volumeName, readOnly }): Mount => ({
      kind: hostPath === undefined ? "volume" : "host",
      source: [hostPath, volumeName].find((place): place is string => typeof place === "string") ?? "",
      readOnly: readOnly === true,
    })),
  ];
}

function healthOf(props: Props): Known<true> {
  const tests = at(props, "healthcheck", "tests");
  if (tests === later) return later;
  return Array.isArray(tests) && tests.length > 0 && tests[0] !== "NONE" ? true : undefined;
}

/** `NAME=value` */
function variables(entries: readonly unknown[]): Variable[] {
  return entries.filter((entry): entry is string => typeof entry === "string").map((entry) => {
    const equals = entry.indexOf("=");
    return { name: equals < 0 ? entry : entry.slice(0, equals), value: equals < 0 ? "" : entry.slice(equals + 1), fromSecret: false };
  });
}

export function limitOf(value: unknown): Known<string> {
  if (value === later) return later;
  return (typeof value === "number" || typeof value === "string") && !/^0*(\.0*)?$/.test(String(value)) ? String(value) : undefined;
}

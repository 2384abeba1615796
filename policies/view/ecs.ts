import { later, type Props, type Resource } from "../rule";
import type { Container, Mount, Variable } from "./container";
import { limitOf } from "./docker";
import { ownWords } from "./labels";
import { at, isMap, mapsAt, pairsAt, parsed, textAt, textsAt } from "./values";

/** Amazon ECS: the containers of a task definition, which come as one JSON text. */
export function ecsContainers({ type, props }: Resource): Container[] {
  if (type !== "aws:ecs/taskDefinition:TaskDefinition") return [];
  const given = props["containerDefinitions"];
  const list: unknown = typeof given === "string" ? parsed(given) : given;
  if (!Array.isArray(list)) return [];
  return list.filter(isMap).map((container, index) => describe(props, container, index));
}

function describe(task: Props, container: Props, index: number): Container {
  const linux = at(container, "linuxParameters");
  const labels = Object.fromEntries([...pairsAt(task, "tags"), ...pairsAt(container, "dockerLabels")]);
  const isFargate = textsAt(task, "requiresCompatibilities").includes("FARGATE");
  return {
    platform: "ecs", at: `containerDefinitions[${index}]: `, ...ownWords(labels),
    // What isn't essential ends before the others, or beside them.
    runsToEnd: container["essential"] === false || ownWords(labels).role === "task",
    image: textAt(container, "image"),
    user: textAt(container, "user"),
    privileged: container["privileged"] === true,
    // Fargate has none of what they would lead to; on machines of one's own it is an option of Docker's.
    newPrivileges: !isFargate && !textsAt(container, "dockerSecurityOptions").some((option) => option.startsWith("no-new-privileges")),
    addedCapabilities: textsAt(linux, "capabilities", "add"),
    dropsAll: isFargate || textsAt(linux, "capabilities", "drop").includes("ALL"),
    hostNamespaces: [...(task["networkMode"] === "host" ? ["network"] : []), ...(task["pidMode"] === "host" ? ["pid"] : []), ...(task["ipcMode"] === "host" ? ["ipc"] : [])],
    mounts: mountsOf(task, container),
    memory: limitOf(container["memory"]) ?? limitOf(task["memory"]),
    cpu: limitOf(container["cpu"]) ?? limitOf(task["cpu"]),
    hasHealthcheck: textsAt(container, "healthCheck", "command").filter((word) => word !== "NONE").length > 0 ? true : undefined,
    readOnlyRoot: container["readonlyRootFilesystem"] === true,
    env: [...mapsAt(container, "environment").map((entry) => variable(entry, false)), ...mapsAt(container, "secrets").map((entry) => variable(entry, true))],
    words: [...textsAt(container, "entryPoint"), ...textsAt(container, "command")],
    // Its network is its own (awsvpc); security groups say who gets in.
    published: [],
    logLimited: true,
  };
}

function variable(entry: Props, fromSecret: boolean): Variable {
  return { name: typeof entry["name"] === "string" ? entry["name"] : "", value: fromSecret ? later : textAt(entry, "value"), fromSecret };
}

function mountsOf(task: Props, container: Props): Mount[] {
  const volumes = mapsAt(task, "volumes");
  return mapsAt(container, "mountPoints").map((mount): Mount => {
    const path = textAt(volumes.find(({ name }) => name === mount["sourceVolume"]), "hostPath");
    return { kind: path === undefined ? "volume" : "host", source: typeof path === "string" ? path : String(mount["sourceVolume"]), readOnly: mount["readOnly"] === true };
  });
}

import { kubernetesKind, later, type Props, type Resource } from "../rule";
import type { Container, Mount, Variable } from "./container";
import { limitOf } from "./docker";
import { ownWords } from "./labels";
import { at, mapsAt, pairsAt, textAt, textsAt, type Known } from "./values";

/** Where each kind keeps its pod; what isn't listed has none. */
const places: Readonly<Record<string, readonly string[] | undefined>> = {
  Pod: [], Deployment: ["spec", "template"], StatefulSet: ["spec", "template"], DaemonSet: ["spec", "template"], ReplicaSet: ["spec", "template"],
  Job: ["spec", "template"], CronJob: ["spec", "jobTemplate", "spec", "template"],
};

export function podContainers({ type, props }: Resource): Container[] {
  const kind = kubernetesKind(type) ?? "";
  const place = places[kind];
  if (place === undefined) return [];
  const pod = at(props, ...place);
  const labels = Object.fromEntries([...pairsAt(props, "metadata", "labels"), ...pairsAt(pod, "metadata", "labels")]);
  return (["containers", "initContainers", "ephemeralContainers"] as const).flatMap((list) =>
    mapsAt(pod, "spec", list).map((container, index) => ({
      ...describe(pod, container),
      at: `${[...place, "spec", list].join(".")}[${index}]: `,
      ...ownWords(labels),
      // A sidecar is an init container that is started again and again.
      runsToEnd: kind === "Job" || kind === "CronJob" || (list === "initContainers" && at(container, "restartPolicy") !== "Always"),
    })),
  );
}

type Described = Omit<Container, "at" | "labels" | "role" | "service" | "system" | "runsToEnd">;

function describe(pod: unknown, container: Props): Described {
  const own = at(container, "securityContext");
  /** The container's word before the pod's. */
  const security = (name: string): unknown => at(own, name) ?? at(pod, "spec", "securityContext", name);
  return {
    platform: "kubernetes",
    image: textAt(container, "image"),
    user: userOf(security("runAsUser"), security("runAsNonRoot")),
    privileged: at(own, "privileged") === true,
    newPrivileges: at(own, "allowPrivilegeEscalation") !== false,
    addedCapabilities: textsAt(own, "capabilities", "add"),
    dropsAll: textsAt(own, "capabilities", "drop").some((drop) => drop.toUpperCase() === "ALL"),
    hostNamespaces: (["Network", "PID", "IPC"] as const).filter((name) => at(pod, "spec", `host${name}`) === true).map((name) => name.toLowerCase()),
    mounts: mountsOf(pod, container),
    memory: limitOf(at(container, "resources", "limits", "memory")),
    cpu: limitOf(at(container, "resources", "limits", "cpu")),
    hasHealthcheck: healthOf(container),
    readOnlyRoot: at(own, "readOnlyRootFilesystem") === true,
    env: mapsAt(container, "env").map(variable),
    words: [...textsAt(container, "command"), ...textsAt(container, "args")],
    published: mapsAt(container, "ports").filter(({ hostPort }) => Number(hostPort) > 0).map(({ hostPort }) => String(hostPort)),
    // The kubelet cuts and counts them.
    logLimited: true,
  };
}

function userOf(runAsUser: unknown, runAsNonRoot: unknown): Known<string> {
  if (runAsUser === later || runAsNonRoot === later) return later;
  if (typeof runAsUser === "number" || typeof runAsUser === "string") return String(runAsUser);
  // The kubelet then refuses to start it as root.
  return runAsNonRoot === true ? "whoever the image says, not root" : undefined;
}

function healthOf(container: Props): Known<true> {
  const probes = ["livenessProbe", "readinessProbe", "startupProbe"].map((name) => at(container, name));
  return probes.includes(later) ? later : probes.some((probe) => probe !== undefined && probe !== null) ? true : undefined;
}

function variable(entry: Props): Variable {
  const name = typeof entry["name"] === "string" ? entry["name"] : "";
  return { name, value: textAt(entry, "value"), fromSecret: at(entry, "valueFrom", "secretKeyRef") !== undefined };
}

function mountsOf(pod: unknown, container: Props): Mount[] {
  const volumes = mapsAt(pod, "spec", "volumes");
  return mapsAt(container, "volumeMounts").map((mount): Mount => {
    const path = textAt(volumes.find(({ name }) => name === mount["name"]), "hostPath", "path");
    return { kind: path === undefined ? "volume" : "host", source: typeof path === "string" ? path : String(mount["name"]), readOnly: mount["readOnly"] === true };
  });
}

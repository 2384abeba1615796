import { gzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import { edgeListen, edgeUser, filesOf, passFile, renderHaproxy, type EdgeModel } from "../../components/edge";
import type { Edge, EdgeArgs, RoutesArgs } from "../platform";
import { createBalancer, idleSeconds, type Balancer } from "./balancer";
import type { AwsContext } from "./context";
import { baseGroup } from "./groups";
import { createService } from "./service";
import { createTask } from "./taskDefinition";

interface AwsEdge extends Edge {
  readonly front: Balancer;
}

/** In memory, as it holds keys. */
const directory = "/run/edge";
const configFile = "haproxy.cfg";

/** Variable with all of the edge's files: base64 of gzip of a shell script that writes them. */
export const filesVariable = "EDGE_FILES";

/** Bytes of one secret; a script of five systems is an eighth of it. */
const mostBytes = 60_000;

/** The balancer stands before there is anything to route; the edge's tasks come with their configuration, see `writeRoutes`. */
export function createEdge(context: AwsContext, args: EdgeArgs, opts: pulumi.ComponentResourceOptions): Edge {
  const front = createBalancer(context, args, { parent: opts.parent });
  const edge: AwsEdge = {
    front,
    container: pulumi.output(context.name("edge")),
    internalUrl: `https://edge.${context.settings.namePrefix}.internal:${edgeListen.https}`,
    isBehind: true,
    get log(): never {
      throw new Error("on AWS the edge's log is in CloudWatch");
    },
    ready: [],
  };
  return edge;
}

/**
 * HAProxy with its configuration in the version of a secret: other routes are another version, and so another task, which is
 * rolled in, each new one before an old one goes. HAProxy checks the text as it starts: one that it doesn't start with gets
 * no visitors, fails the update, and the old ones serve on.
 */
export function writeRoutes(context: AwsContext, args: RoutesArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
  // Every edge comes from this platform's `createEdge`.
  const { front } = args.edge as AwsEdge;
  const files = pulumi.all([args.model, args.certificate ?? "", args.pass ?? pulumi.output(undefined)]).apply(([model, certificate, pass]) => packed(edgeScript(model, certificate, pass)));
  const task = createTask(
    context,
    {
      name: "edge",
      system: "stack",
      service: "edge",
      role: "edge",
      image: context.image("haproxy"),
      entrypoint: ["bash"],
      command: ["-euc", `printf %s "$${filesVariable}" | base64 -d | gzip -d | bash -eu; unset ${filesVariable}; exec haproxy -W -db -f ${directory}/${configFile}`],
      settings: { [filesVariable]: pulumi.secret(files) },
      user: edgeUser,
      ports: [edgeListen.https, edgeListen.admin],
      healthcheck: { test: ["CMD", "bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${edgeListen.admin} && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -t 3 line <&3 && [[ $line == *' 200 '* ]]`] },
      memoryMiB: 512,
      cpus: 0.5,
      scratch: ["/tmp", directory],
      stopSeconds: args.drainSeconds + 5,
      logs: "application",
    },
    { parent: opts.parent },
  );
  return createService(
    context,
    {
      name: "edge",
      system: "stack",
      service: "edge",
      role: "edge",
      task,
      groups: [baseGroup(context), front.edgeGroup],
      replicas: context.settings.edge.replicas,
      hostName: "edge",
      target: { group: front.target, port: edgeListen.https },
      title: "the edge",
    },
    pulumi.mergeOptions({ parent: opts.parent, dependsOn: opts.dependsOn }, { dependsOn: front.ready }),
  ).ready;
}

/** The same text as on Docker; its servers have names in Cloud Map, and visitors come by the balancer. */
export function edgeScript(model: EdgeModel, certificate: string, pass: { readonly id: string; readonly key: string } | undefined): string {
  const here: EdgeModel = { ...model, directory, resolver: "system", balancer: { idleSeconds } };
  const files: Readonly<Record<string, string>> = {
    [configFile]: renderHaproxy(here),
    ...Object.fromEntries(filesOf(here).map(({ path, text }) => [path, text])),
    "certs/stackbook.pem": `${certificate.trim()}\n`,
    ...(pass === undefined ? {} : { [passFile(pass.id)]: `key ${pass.key}\n` }),
  };
  // No line of a file is the word that ends it.
  return ["umask 077", `cd ${directory}`, ...Object.entries(files).flatMap(([path, text]) => [`mkdir -p "$(dirname '${path}')"`, `cat >'${path}' <<'${endOfFile}'`, text.replace(/\n$/, ""), endOfFile])].join("\n") + "\n";
}

const endOfFile = "END-OF-FILE-7d3c";

function packed(script: string): string {
  const text = gzipSync(script, { level: 9 }).toString("base64");
  if (text.length > mostBytes) throw new Error(`the edge's files are ${text.length} bytes, packed; at most ${mostBytes} fit in a secret: fewer systems, blocked networks or hosts in one stack`);
  return text;
}

import { systemIds, systems, type SystemId } from "../systems";
import { overlaps, parseNetwork, readNetwork } from "./addresses";
import { awsRegions, isZoneOf } from "./aws-catalogue";
import type { Checked, Report } from "./checks";
import { describe, quote, type Path } from "./errors";
import { orList } from "./fields";
import { referenceAppWord } from "./image-schema";
import { givenSystems } from "./resolve";
import type { RawService, RawSystem } from "./schema";

/** Cloud Map tells of so many servers under one name. */
export const mostServers = 8;

/**
 * What can't be on AWS, and what Stackbook can't do there yet: each said where it stands in the file, all at once, before
 * anything is asked of AWS.
 */
export function checkAws(checked: Checked, report: Report): void {
  const { config, environment, raw } = checked;
  if (config.platform !== "aws") {
    if (raw.aws !== undefined) report(["aws"], "given but not used", "platform: aws", "set platform to aws, or remove it");
    return;
  }
  checkPlace(checked, report);
  checkNetwork(checked, report);
  checkNames(checked, report);
  if (raw.host !== undefined) report(["host"], quote(raw.host), "nothing on AWS", "remove it: the place is named by aws.region and aws.account");
  if (raw.edge?.bindAddress !== undefined) report(["edge", "bindAddress"], quote(raw.edge.bindAddress), "nothing on AWS", "remove it: the balancer has its own addresses");
  if (raw.edge?.tls !== undefined) report(["edge", "tls"], describe(raw.edge.tls), "nothing on AWS", "remove it: the balancer's certificate is aws.certificate, or asked for by aws.hostedZone");
  // Prod demands backups, so saying it there twice would be two instructions that contradict each other.
  if (environment === "prod") report(["platform"], quote("aws"), "docker in prod", "use docker: prod demands backups by its own agent, and on AWS Stackbook has none yet");
  else if (config.backups.enabled) report(["backups", "enabled"], raw.backups?.enabled === undefined ? "missing" : "true", "false on AWS", "set it to false: AWS keeps snapshots for aws.backupDays, and Stackbook's own agent isn't there yet");
  if (raw.backups?.stores !== undefined) report(["backups", "stores"], "a map", "nothing on AWS", "remove it: on AWS Stackbook's own agent isn't there yet");
  checkChats(checked, report);
  for (const part of ["seed", "traffic"] as const) {
    if (raw.demo?.[part] === true) report(["demo", part], "true", "false on AWS", "remove it: the demo is for the reference app, which is built on this machine");
  }
  const given = givenSystems(environment, raw);
  for (const id of systemIds) {
    const system = given[id];
    if (system !== undefined) checkSystem(id, system, checked, report);
  }
}

/** SNS speaks neither Slack's language nor Teams': Chatbot enters their rooms, by ids. */
function checkChats({ config, raw }: Checked, report: Report): void {
  const rooms = config.alerts.channels.filter(({ kind }) => kind === "slack" || kind === "teams");
  for (const name of Object.keys(raw.aws?.chats ?? {})) {
    if (!rooms.some((room) => room.name === name)) report(["aws", "chats", name], "no channel of that name", "names of channels of kind slack or teams", `add it to alerts.channels, or remove it; rooms there: ${orList(rooms.map((room) => room.name))}`);
  }
  if (!config.monitoring.enabled) return;
  for (const { kind, name } of rooms) {
    const chat = config.aws?.chats[name];
    const wanted = kind === "slack" ? "workspace/channel" : "tenant/team/channel";
    if (chat === undefined) report(["aws", "chats", name], "missing", wanted, `name the room of alerts.channels.${name}: on AWS it is reached by Amazon Q Developer (Chatbot), and not by its web hook`);
    else if ("workspace" in chat !== (kind === "slack")) report(["aws", "chats", name], "the other kind's room", wanted, `alerts.channels.${name} is of kind ${kind}: use its ids`);
  }
}

function checkPlace({ config, environment, raw }: Checked, report: Report): void {
  const region = raw.aws?.region;
  const at: Path = ["aws", "region"];
  if (region === undefined) {
    report(at, "missing", "a region's name", "name the region in which everything is, such as eu-central-1");
    return;
  }
  const lacks = awsRegions[region];
  if (lacks === undefined) {
    report(at, quote(region), orList(Object.keys(awsRegions)), "use one of AWS's regions; one that is newer than Stackbook is added in config/aws-catalogue.ts");
    return;
  }
  const wanting = Object.keys(givenSystems(environment, raw)).filter((id) => systems[id as SystemId].database.engine === "mongodb");
  if (lacks.includes("DocumentDB") && wanting.length > 0) {
    report(at, `${quote(region)}, where DocumentDB is not`, "a region with DocumentDB", `use another region, such as eu-central-1, or leave ${orList(wanting)} out: their database is MongoDB`);
  }
  const zones = config.aws?.zones ?? [];
  for (const [index, zone] of (raw.aws?.zones ?? []).entries()) {
    if (!isZoneOf(region, zone)) report(["aws", "zones", index], quote(zone), `a zone of ${region}`, `use ${region}a, ${region}b and so on: zones are the region's own`);
    else if (zones.indexOf(zone) !== index) report(["aws", "zones", index], "given twice", "each once", "remove one of the two");
  }
  if (raw.aws?.zones !== undefined && new Set(zones).size < 2) report(["aws", "zones"], "one zone", "2-4 zones", `use two at least, such as ${region}a and ${region}b: balancer and databases want two`);
}

function checkNetwork({ config, raw }: Checked, report: Report): void {
  const given = config.aws?.vpcCidr ?? "";
  const at: Path = ["aws", "vpcCidr"];
  const network = readNetwork(given);
  if (network === undefined || "fix" in network) {
    report(at, quote(given), "an IPv4 network", network === undefined ? "use an IPv4 network, such as 10.20.0.0/16" : network.fix);
    return;
  }
  if (network.prefix < 16 || network.prefix > 22) report(at, quote(given), "a length of 16-22", `use ${given.split("/")[0] ?? ""}/16: AWS allows no larger network, and a smaller one than /22 leaves too few addresses`);
  for (const [index, other] of (raw.aws?.otherCidrs ?? []).entries()) {
    const known = readNetwork(other);
    const here: Path = ["aws", "otherCidrs", index];
    if (known === undefined || "fix" in known) report(here, quote(other), "an IPv4 network", known === undefined ? "use an IPv4 network, such as 10.0.0.0/16" : known.fix);
    else if (overlaps(network, known)) report(at, `${quote(given)}, which overlaps ${other}`, "a network of its own", `use another one, such as ${freeOf(raw.aws?.otherCidrs ?? [])}: between networks that overlap nothing can be routed`);
  }
}

/** The first of the private networks of length 16 that none of these overlaps. */
function freeOf(taken: readonly string[]): string {
  const used = taken.map(readNetwork).flatMap((network) => (network === undefined || "fix" in network ? [] : [network]));
  const candidates = Array.from({ length: 256 }, (_, at) => `10.${at}.0.0/16`);
  return candidates.find((candidate) => !used.some((other) => overlaps(parseNetwork(candidate), other))) ?? "one of 172.16.0.0/12";
}

function checkNames({ config, raw }: Checked, report: Report): void {
  const { aws } = raw;
  if (aws?.certificate === undefined && aws?.hostedZone === undefined) {
    report(["aws", "certificate"], "missing", "a certificate's ARN, or aws.hostedZone", "name a certificate of ACM for the stack's names, or the zone of Route 53 in which one is to be confirmed, aws.hostedZone");
  }
  const inRegion = aws?.certificate?.split(":")[3];
  if (inRegion !== undefined && aws?.region !== undefined && inRegion !== aws.region) report(["aws", "certificate"], `in ${inRegion}`, `in ${aws.region}`, `use a certificate of ${aws.region}: a balancer takes none of another region`);
  for (const port of ["httpPort", "httpsPort"] as const) {
    const wanted = port === "httpPort" ? 80 : 443;
    if (raw.edge?.[port] !== undefined && config.edge[port] !== wanted) report(["edge", port], String(config.edge[port]), String(wanted), "remove it: the balancer listens on 80 and 443, and nothing else is open");
  }
  if (config.aws?.nat !== "none" || aws?.mirror !== undefined) return;
  for (const name of ["haproxy", "postgres", "mongodb", "redis"] as const) {
    const own = raw.images?.[name];
    if (own === undefined) report(["images", name], "missing", "an image in ECR", `name a copy of it in ECR, or all of them by aws.mirror, or set aws.nat to one: without a way out Docker Hub is not reached`);
    else if (!inEcr(own)) report(["images", name], quote(own), "an image in ECR", outside);
  }
}

const inEcr = (reference: string): boolean => /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\//.test(reference);
const outside = "name an image in ECR, or set aws.nat to one: without a way out no other registry is reached";

function checkSystem(id: SystemId, raw: RawSystem, { config }: Checked, report: Report): void {
  const at = ["systems", id];
  for (const service of ["backend", "frontend"] as const) {
    const isClosed = config.aws?.nat === "none";
    checkImage([...at, "services", service, "image"], raw.services?.[service]?.image, isClosed, report);
    // Silent: it takes over the system's own.
    const beside = raw.beside?.services?.[service]?.image;
    if (beside !== undefined) checkImage([...at, "beside", "services", service, "image"], beside, isClosed, report);
    const replicas = config.systems.find(({ spec }) => spec.id === id)?.services[service].replicas ?? 1;
    const here = [...at, "services", service, "replicas"];
    const sticky = systems[id].routes.find((route) => route.service === service && route.sticky === true);
    if (sticky !== undefined && replicas > 1) report(here, String(replicas), "1 on AWS", `use 1: visitors of ${sticky.path} must stay with one server, and the edges behind the balancer don't agree on which it is`);
    else if (replicas > mostServers) report(here, String(replicas), `1-${mostServers} on AWS`, `use 1-${mostServers}: under one name Cloud Map tells of ${mostServers} servers`);
  }
  if (raw.rotations?.["cachePassword"] !== undefined) report([...at, "rotations", "cachePassword"], String(raw.rotations["cachePassword"]), "nothing on AWS", "remove it: on AWS Stackbook doesn't exchange the password of Redis yet");
  if (raw.halted !== undefined) report([...at, "halted"], "a map", "nothing on AWS", "remove it, and set the desired count of its ECS services to 0: on AWS Stackbook halts nothing yet");
}

function checkImage(at: Path, image: RawService["image"], isClosed: boolean, report: Report): void {
  if (typeof image !== "string" || image === referenceAppWord) report(at, describe(image), "an image reference", "name an image that ECS can pull, registry/repository:tag@sha256:<64 hex digits>: what is built on this machine never gets there");
  else if (isClosed && !inEcr(image)) report(at, quote(image), "an image in ECR", outside);
}

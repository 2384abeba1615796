import { z } from "zod";
import { checkInstanceClass, type AwsStore } from "./aws-catalogue";
import { defaults } from "./defaults";
import { choice, documented, flag, looseText, text, wholeNumber } from "./fields";
import type { AwsChat, AwsConfig, Environment } from "./types";

/** The keys of `stackbook:aws`. */

const { aws } = defaults;

const isCidr = (value: string): boolean => /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(value);

/** Names of balancers have 32 characters, and words of ours come after it. */
const isPrefix = (value: string): boolean => /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/.test(value);

const instanceClass = (store: AwsStore, title: string, example: string, fallback: string) =>
  text((value) => checkInstanceClass(store, value), { about: `Instance class of ${title}, one for all systems`, allowed: "an instance class", example, default: fallback }).optional();

/** `T.../C...` of Slack, or tenant, team and channel of Teams. */
const isRoom = (value: string): boolean => /^T[A-Z0-9]{6,}\/[CG][A-Z0-9]{6,}$/.test(value) || /^[0-9a-f-]{36}\/[0-9a-f-]{36}\/[^/]{5,}$/i.test(value);

export const awsSchema = z.strictObject({
  region: text((value) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(value), { about: "Where everything is", allowed: "a region's name", example: "eu-central-1" }).optional(),
  account: looseText((value) => /^\d{12}$/.test(value), {
    about: "The one account that may be touched: with the login of another, nothing is",
    allowed: "twelve digits, in quotes",
    example: "123456789012",
    default: "whichever the login is for",
  }).optional(),
  zones: documented(z.array(text((value) => /^[a-z]{2}(-[a-z]+)+-\d[a-f]$/.test(value), { about: "A zone of the region", allowed: "a zone's name", example: "eu-central-1a" })).min(1).max(4), {
    type: "list of text",
    allowed: "2-4 zones of the region",
    about: "Over which everything is spread; another list is another network, so it never changes while there is data",
    example: "[eu-central-1a, eu-central-1b]",
    default: "the region's `a` and `b`",
  }).optional(),
  namePrefix: text(isPrefix, {
    about: "How what is made is called; another one is another place, so it never changes while there is data",
    allowed: "small letters, digits and -, at most 20, beginning with a letter",
    example: "web",
    default: "`stackbook-<stack>`, cut to 20",
  }).optional(),
  vpcCidr: text(isCidr, { about: "The network's addresses, of a length of 16-22", allowed: "an IPv4 network", example: "10.20.0.0/16", default: aws.vpcCidr }).optional(),
  otherCidrs: documented(z.array(text(isCidr, { about: "A network", allowed: "an IPv4 network", example: "10.0.0.0/16" })).max(50), {
    type: "list of text",
    allowed: "IPv4 networks",
    about: "Networks that this one is, or will be, joined with; none may overlap it",
    example: "[10.0.0.0/16]",
    default: "none",
  }).optional(),
  nat: choice(["none", "one", "perZone"], {
    about: "Way out to the net for applications: none (AWS's own services are reached without), one NAT gateway, or one in each zone. Without it every image must lie in ECR",
    example: "perZone",
    default: aws.nat,
  }).optional(),
  certificate: text((value) => /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]{36}$/.test(value), {
    about: "Certificate of the balancer, from ACM, for all names of the stack",
    allowed: "the ARN of a certificate",
    example: "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    default: "one is asked for, and confirmed in `hostedZone`",
  }).optional(),
  hostedZone: text((value) => /^Z[A-Z0-9]{5,31}$/.test(value), {
    about: "Zone of Route 53 in which the systems' names lead to the balancer, and certificates are confirmed",
    allowed: "a zone's id",
    example: "Z0123456789ABCDEFGHIJ",
    default: "none: names are yours to set",
  }).optional(),
  mirror: text((value) => /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9._/-]*[a-z0-9]$/.test(value), {
    about: "Where ECR keeps copies of Docker Hub's images (a pull-through cache): images of the stack that `images` doesn't name come from there",
    allowed: "an address in ECR",
    example: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/docker-hub",
    default: "Docker Hub itself, which takes `nat`",
  }).optional(),
  multiAz: flag({ about: "A standby of each database and cache in another zone, which takes over", example: "true", default: "true in prod, else false" }).optional(),
  backupDays: wholeNumber(1, 35, { about: "Days for which AWS keeps its own daily snapshots, and can go back to any moment", example: "14", default: `${aws.backupDays("dev")} in dev, else ${aws.backupDays("prod")}` }).optional(),
  classes: z
    .strictObject({
      postgres: instanceClass("postgres", "PostgreSQL", "db.m7g.large", aws.classes.postgres),
      mongodb: instanceClass("mongodb", "DocumentDB", "db.r6g.large", aws.classes.mongodb),
      redis: instanceClass("redis", "Redis", "cache.m7g.large", aws.classes.redis),
    })
    .optional(),
  chats: documented(
    z.record(
      z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
      text(isRoom, { about: "The room of a channel of `alerts.channels`, by the ids that Amazon Q Developer (Chatbot) knows it by", allowed: "workspace/channel of Slack, or tenant/team/channel of Teams", example: "T07EA123LEP/C07EZ1ABC23" }),
    ),
    { type: "map", allowed: "rooms by names of channels", about: "Rooms of Slack and Teams, in place of their web hooks", example: "{ sms-chat: T07EA123LEP/C07EZ1ABC23 }", default: "none" },
  ).optional(),
  monthlyUsd: wholeNumber(1, 1_000_000, { about: "Budget, US dollars a month: a ticket at 80 % spent, and when more is forecast", example: "900", default: "none" }).optional(),
  edge: z
    .strictObject({
      replicas: wholeNumber(1, 20, { about: "Edges behind the balancer. Each counts a client's requests for itself", example: "3", default: String(aws.edgeReplicas) }).optional(),
    })
    .optional(),
});

type RawAws = z.output<typeof awsSchema>;

/** Takes whatever is well-formed; `config/aws-checks.ts` says what is missing. */
export function resolveAws(stack: string, environment: Environment, raw: RawAws = {}): AwsConfig {
  const region = raw.region ?? "";
  return {
    region,
    ...(raw.account === undefined ? {} : { account: raw.account }),
    zones: raw.zones ?? [`${region}a`, `${region}b`],
    namePrefix: raw.namePrefix ?? awsPrefixOf(stack),
    vpcCidr: raw.vpcCidr ?? aws.vpcCidr,
    nat: raw.nat ?? aws.nat,
    ...(raw.certificate === undefined ? {} : { certificate: raw.certificate }),
    ...(raw.hostedZone === undefined ? {} : { hostedZone: raw.hostedZone }),
    ...(raw.mirror === undefined ? {} : { mirror: raw.mirror }),
    multiAz: raw.multiAz ?? environment === "prod",
    backupDays: raw.backupDays ?? aws.backupDays(environment),
    classes: { ...aws.classes, ...raw.classes },
    edge: { replicas: raw.edge?.replicas ?? aws.edgeReplicas },
    chats: Object.fromEntries(Object.entries(raw.chats ?? {}).map(([name, room]) => [name, roomOf(room)])),
    ...(raw.monthlyUsd === undefined ? {} : { monthlyUsd: raw.monthlyUsd }),
  };
}

function roomOf(room: string): AwsChat {
  const [first = "", second = "", third] = room.split("/");
  return third === undefined ? { workspace: first, channel: second } : { tenant: first, team: second, channel: third };
}

/** A stack's name may hold what a name on AWS may not. */
export function awsPrefixOf(stack: string): string {
  return `stackbook-${stack.toLowerCase().replace(/[^a-z0-9-]/g, "-")}`.slice(0, 20).replace(/-+$/, "");
}

/**
 * What there is on AWS, as far as a stack can go wrong with it before it is asked: regions, what some of them lack, and
 * classes of instances. From AWS's documentation of its regions and instance classes; a region that is newer than this
 * table is refused with where to add it.
 */

/** Services without which a stack, or a system with such a database, can't be made. */
export type AwsService = "DocumentDB";

const docdb: readonly AwsService[] = ["DocumentDB"];

/** Regions of the public partition -> what isn't there. ECS on Fargate, RDS, ElastiCache, EFS, Cloud Map and WAF are in all of these. */
export const awsRegions: Readonly<Record<string, readonly AwsService[]>> = {
  "af-south-1": [],
  "ap-east-1": [],
  "ap-northeast-1": [],
  "ap-northeast-2": [],
  "ap-northeast-3": docdb,
  "ap-south-1": [],
  "ap-south-2": [],
  "ap-southeast-1": [],
  "ap-southeast-2": [],
  "ap-southeast-3": docdb,
  "ap-southeast-4": docdb,
  "ca-central-1": [],
  "ca-west-1": docdb,
  "eu-central-1": [],
  "eu-central-2": docdb,
  "eu-north-1": docdb,
  "eu-south-1": [],
  "eu-south-2": [],
  "eu-west-1": [],
  "eu-west-2": [],
  "eu-west-3": [],
  "il-central-1": docdb,
  "me-central-1": [],
  "me-south-1": docdb,
  "sa-east-1": [],
  "us-east-1": [],
  "us-east-2": [],
  "us-west-1": docdb,
  "us-west-2": [],
};

export type AwsStore = "postgres" | "mongodb" | "redis";

const burstable = ["micro", "small", "medium", "large", "xlarge", "2xlarge"];
const general = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"];

/** Families by store -> their sizes. */
const families: Readonly<Record<AwsStore, { readonly prefix: string; readonly sizes: Readonly<Record<string, readonly string[]>> }>> = {
  postgres: {
    prefix: "db",
    sizes: { t3: burstable, t4g: burstable, m5: general, m6g: general, m6i: general, m7g: general, m7i: general, r5: general, r6g: general, r6i: general, r7g: general, r7i: general },
  },
  mongodb: { prefix: "db", sizes: { t3: ["medium"], t4g: ["medium"], r5: general, r6g: general.slice(0, 7), r6gd: general.slice(0, 7), r8g: general.slice(0, 7) } },
  redis: {
    prefix: "cache",
    sizes: { t3: burstable.slice(0, 3), t4g: burstable.slice(0, 3), m5: general, m6g: general.slice(0, 7), m7g: general.slice(0, 7), r5: general, r6g: general.slice(0, 7), r7g: general.slice(0, 7) },
  },
};

/** True where a store's class exists; else what to write, as far as it can be told. */
export function checkInstanceClass(store: AwsStore, value: string): true | string {
  const { prefix, sizes } = families[store];
  const [given = "", family = "", size = "", ...more] = value.split(".");
  const known = Object.keys(sizes);
  if (given !== prefix || more.length > 0 || size === "") return `use ${prefix}.<family>.<size>, such as ${prefix}.${known.includes("t4g") ? "t4g.medium" : `${known[0] ?? ""}.large`}`;
  const inFamily = sizes[family];
  if (inFamily === undefined) return `use one of the families ${known.join(", ")}`;
  return inFamily.includes(size) ? true : `use one of ${inFamily.map((each) => `${prefix}.${family}.${each}`).join(", ")}`;
}

/** `eu-central-1a` */
export const isZoneOf = (region: string, zone: string): boolean => zone.startsWith(region) && /^[a-f]$/.test(zone.slice(region.length));

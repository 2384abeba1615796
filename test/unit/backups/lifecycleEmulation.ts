import type { LifecycleRuleInput } from "../../../platforms/aws/bucketLifecycle";

export interface BucketObject {
  readonly key: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly created: number;
}

const day = 86_400_000;

/**
 * S3's lifecycle of current versions, as AWS describes it ("Lifecycle configuration elements"): a rule fits by prefix and
 * all of its tags; days count from the object's creation, rounded up to the next midnight UTC; of several that fit, the
 * shortest counts. Knows the elements that our rules have, and throws on any other.
 */
export class EmulatedBucket {
  /** With the moment at which a rule ends it. */
  private readonly objects = new Map<string, number>();
  private readonly rules: readonly { prefix: string; tags: readonly (readonly [string, string])[]; days: number }[];

  constructor(rules: readonly LifecycleRuleInput[]) {
    this.rules = rules.flatMap(({ id, status, filter, expiration, transitions: _moved, noncurrentVersionExpiration: _old, abortIncompleteMultipartUpload: _cut, ...unknown }) => {
      if (Object.keys(unknown).length > 0 || status !== "Enabled") throw new Error(`the emulation doesn't know ${Object.keys(unknown).join(", ")} of rule ${id}`);
      if (expiration?.days === undefined) return [];
      if (!Number.isInteger(expiration.days) || expiration.days < 1) throw new Error(`rule ${id} has ${expiration.days} days; S3 takes whole days from 1`);
      return [{ prefix: filter.and?.prefix ?? filter.prefix ?? "", tags: Object.entries(filter.and?.tags ?? {}), days: expiration.days }];
    });
  }

  put(object: BucketObject): void {
    if (this.objects.has(object.key)) throw new Error(`412 Precondition Failed: ${object.key} exists`);
    this.objects.set(object.key, this.expiry(object));
  }

  /** @param lateDays what S3 lets lie longer than its rules say */
  evaluate(now: number, lateDays: (key: string) => number = () => 0): void {
    for (const [key, expiry] of this.objects) {
      if (expiry + lateDays(key) * day <= now) this.objects.delete(key);
    }
  }

  keys(): ReadonlySet<string> {
    return new Set(this.objects.keys());
  }

  private expiry({ created, key, tags }: BucketObject): number {
    const fitting = this.rules.filter((rule) => key.startsWith(rule.prefix) && rule.tags.every(([name, value]) => tags[name] === value));
    if (fitting.length === 0) throw new Error(`no rule fits ${key}: it would be kept for ever`);
    return Math.floor(created / day) * day + (Math.min(...fitting.map(({ days }) => days)) + 1) * day;
  }
}

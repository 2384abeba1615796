/** Short-lived things: rate counters, sessions, cached answers. In Redis, where the system has one. */
export interface Cache {
  /** True when all replicas see the same. */
  readonly shared: boolean;
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, seconds: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Counts one more, and says how many there are in the window that the first one opened. */
  hit(key: string, windowSeconds: number): Promise<number>;
  /** A set whose members go at a time of their own. */
  addMember(set: string, member: string, seconds: number): Promise<void>;
  hasMember(set: string, member: string): Promise<boolean>;
  removeMember(set: string, member: string): Promise<void>;
  countMembers(set: string): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

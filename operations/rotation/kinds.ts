/** What can be exchanged, as people ask for it. */
export interface Kind {
  /** Whose it is: each system has one, or the stack. */
  readonly of: "system" | "stack";
  /** Reads on after its name in the help. */
  readonly about: string;
}

export const kinds = {
  jwt: { of: "system", about: "keys that sign sessions: everybody is signed out" },
  database: { of: "system", about: "the application's login in its database: two, of which one is in use" },
  "database-admin": { of: "system", about: "the database's administrator, as whom backups are taken" },
  redis: { of: "system", about: "the password of Redis: both open while containers are replaced" },
  monitor: { of: "system", about: "the monitoring's login in the database" },
  login: { of: "system", about: "the demo's first login" },
  grafana: { of: "stack", about: "the password of Grafana's administrator" },
  operator: { of: "stack", about: "the password of the operators' pages" },
  pass: { of: "stack", about: "the key of operators' passes through maintenance: all of them end" },
  "backup-key": { of: "stack", about: "the key of backups to come, with a fresh backup; earlier ones stay readable" },
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as readonly KindName[];

export const isKind = (name: string): name is KindName => Object.hasOwn(kinds, name);

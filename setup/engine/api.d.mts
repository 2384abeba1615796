/** The Docker Engine API, as set-up asks it. */
export class Engine {
  constructor(address: string, env?: NodeJS.ProcessEnv);
}

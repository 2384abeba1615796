/** The CLI, on one stack, without questions. */
export class Pulumi {
  constructor(env: NodeJS.ProcessEnv, stack: string);
}

import type { Container, Engine } from "./engine";
import type { Stack } from "./stack";

/** Labels that every container of a stack has (platforms/docker sets them); the stack's own parts are of the system `stack`. */
export const stackLabel = "stackbook.stack";
export const systemLabel = "stackbook.system";
export const serviceLabel = "stackbook.service";

export interface Wanted {
  /** A system's id, or "stack". */
  readonly system?: string | undefined;
  readonly service?: string | undefined;
  /** @default true: stopped ones too */
  readonly all?: boolean;
}

/** Containers of a stack, by name. */
export function stackContainers(stack: Pick<Stack, "name">, engine: Engine, { all = true, service, system }: Wanted = {}): Promise<readonly Container[]> {
  return engine.containers({ [stackLabel]: shortName(stack.name), [systemLabel]: system, [serviceLabel]: service }, { all });
}

/** `acme/stackbook/prod` is labelled `prod`. */
export function shortName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

export function systemOf(container: Container): string {
  return container.labels[systemLabel] ?? "";
}

export function serviceOf(container: Container): string {
  return container.labels[serviceLabel] ?? "";
}

/** When a process began, in a form that only compares; undefined when it does not run. */
export function startOf(pid: number): string | undefined;

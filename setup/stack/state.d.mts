export interface UpdateLock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
  /** False: its process is gone. */
  readonly runs: boolean;
}

/** What the update lock of the file backend says, and whether its process still runs. */
export function updateLocks(stack: string, options?: { readonly state?: string }): readonly UpdateLock[];
/** Files that a killed update left empty. @returns their names */
export function removeEmptyAttributes(state?: string): readonly string[];

/** Ctrl-C and kill let an update come to a halt. */
export function watchSignals(): void;

/** Ctrl-C tells it to stop, in place of ending everything at once. @returns called when the work is over */
export function watchWork(stop: () => void): () => void;

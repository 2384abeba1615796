/** Ctrl-C and kill let an update come to a halt. */
export function watchSignals(): void;

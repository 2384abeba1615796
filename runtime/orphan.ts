/**
 * Ends the program when nobody reads what it writes any more: its engine was killed. Pulumi writes that down too, to the same
 * broken pipe, whose error it writes down in turn: such a program had a core to itself and its memory grew, for ever.
 * @param end for tests
 */
export function endWithReader(streams: readonly NodeJS.WritableStream[], end: () => void): void {
  for (const stream of streams) {
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      if (code === "EPIPE") end();
    });
  }
}

endWithReader([process.stdout, process.stderr], () => process.exit(1));

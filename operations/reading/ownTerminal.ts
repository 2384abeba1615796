import type { Terminal } from "../engine";

/** The one that this process runs at, or plain streams where it is none. */
export function ownTerminal(user: string | undefined, { stderr, stdin, stdout } = process): { readonly terminal: Terminal; readonly close: () => void } {
  const interactive = stdin.isTTY && stdout.isTTY;
  const streams = { input: stdin, output: stdout, errors: stderr, ...(user === undefined ? {} : { user }) };
  if (!interactive) return { terminal: streams, close: () => undefined };
  // Keys go to the container as they are pressed, Ctrl-C too.
  stdin.setRawMode(true);
  return {
    terminal: {
      ...streams,
      screen: {
        size: () => ({ columns: stdout.columns, rows: stdout.rows }),
        onResize: (told) => {
          stdout.on("resize", told);
          return () => void stdout.off("resize", told);
        },
      },
    },
    close: () => void stdin.setRawMode(false),
  };
}

/** What the user sees, line by line. */
export class Say {
  constructor(out?: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number });
  line(text?: string): void;
}
/** 4.2 s, 75 s, 3 min 20 s */
export function duration(seconds: number): string;

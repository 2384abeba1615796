const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `90s`, `15m`, `2h`, `3d` or `1h30m`; `0` is none. undefined: it is no duration. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "0") return 0;
  if (!/^(?:\d{1,6}[smhd])+$/.test(trimmed)) return undefined;
  return [...trimmed.matchAll(/(\d+)([smhd])/g)].reduce((total, [, number, unit]) => total + Number(number) * (units[unit ?? ""] ?? 0), 0);
}

/** `90 s`, `15 min`, `1 h 30 min`, `2 d`: what people read. */
export function formatDuration(seconds: number): string {
  const exact = Math.round(seconds);
  if (exact < 60 || (exact < 600 && exact % 60 !== 0)) return `${exact} s`;
  // Before it is divided: there is no "60 min".
  const whole = Math.round(exact / 60) * 60;
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor((whole % 86_400) / 3600), "h"],
    [(whole % 3600) / 60, "min"],
  ] as const;
  return parts.filter(([number]) => number > 0).map(([number, unit]) => `${number} ${unit}`).join(" ");
}

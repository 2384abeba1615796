import type { Container } from "./container";

/** Which of our words a label or tag says: `stackbook.role` and, where dots are not allowed or a prefix is usual, `stackbook:role`, `stackbook/role`. */
export function ownLabel(labels: Readonly<Record<string, string>>, name: string): string | undefined {
  const key = Object.keys(labels).find((label) => new RegExp(`^stackbook(\\.[a-z.]+)?[.:/]${name}$`).test(label));
  return key === undefined ? undefined : labels[key];
}

export const ownWords = (labels: Readonly<Record<string, string>>): Pick<Container, "labels" | "role" | "service" | "system"> => ({
  labels, role: ownLabel(labels, "role"), service: ownLabel(labels, "service"), system: ownLabel(labels, "system"),
});

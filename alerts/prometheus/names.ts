/** `error-rate` -> `ErrorRate`. */
export function alertName(id: string): string {
  return id.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

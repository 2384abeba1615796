/** What an error from the engine says, without the wrapping of the client library. */
export function says(error: unknown): string {
  const message = (error as { json?: { message?: unknown } } | undefined)?.json?.message;
  if (typeof message === "string") return message.trim();
  return (error instanceof Error ? error.message : String(error)).trim();
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** Gone, or on its way out. */
export function isGone(error: unknown): boolean {
  return isNotFound(error) || (statusOf(error) === 409 && says(error).includes("already in progress"));
}

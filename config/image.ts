/** A parsed image reference, `[registry[:port]/]repository[:tag][@sha256:<hex>]`. */
export interface ImageReference {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > 512) return undefined;
  const [named = "", digest, ...rest] = text.split("@");
  if (rest.length > 0 || (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))) return undefined;
  const slash = named.lastIndexOf("/");
  const colon = named.indexOf(":", slash + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return undefined;
  const [first = "", ...parts] = repository.split("/");
  const isRegistry = parts.length > 0 && (/[.:]/.test(first) || first === "localhost");
  if (isRegistry && !/^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,252})(?::\d{1,5})?$/.test(first)) return undefined;
  const names = isRegistry ? parts : [first, ...parts];
  if (!names.every((name) => /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/.test(name))) return undefined;
  return { repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** True, or what to do. `latest` names another image every day, so no update could be repeated or undone. */
export function checkImageReference(text: string): true | string {
  const reference = parseImageReference(text);
  if (reference === undefined) return "use an image reference, registry/repository:tag@sha256:<64 hex digits>";
  if (reference.tag === "latest" || (reference.tag === undefined && reference.digest === undefined)) {
    return "name a version: `latest`, given or implied, is another image every day; use registry/repository:tag@sha256:<64 hex digits>";
  }
  return true;
}

export function isPinned(text: string): boolean {
  return parseImageReference(text)?.digest !== undefined;
}

import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Audit } from "../audit";
import type { Auth } from "../auth/routes";
import type { Database, Row, TableSpec } from "../database";
import { HttpError, type Request, type Response as Answer, type Route } from "../http/types";
import { describeError } from "../log";
import type { BackendSettings } from "../settings";
import { tableOf } from "../systems";
import type { UploadSpec } from "../systems/types";

/** Boundaries and part headers around a file of the largest size. */
const multipartOverhead = 64 * 1024;

export interface UploadParts {
  readonly settings: BackendSettings;
  readonly database: Database;
  readonly auth: Pick<Auth, "user">;
  readonly audit: Audit;
}

interface Upload {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Fails at start when the folders cannot be written, not at the first upload. */
export async function openUploads(settings: BackendSettings): Promise<void> {
  for (const spec of settings.system.uploads) {
    const folder = join(settings.uploadsDirectory, spec.folder);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, ".writable"), "");
    } catch (error) {
      throw new Error(`the folder ${folder} cannot be written (${describeError(error)}); mount a volume that uid ${process.getuid?.() ?? 1000} may write`);
    }
  }
}

export function uploadRoutes(parts: UploadParts): readonly Route[] {
  return parts.settings.system.uploads.flatMap((spec) => {
    const table = tableOf(parts.settings.system, spec.table);
    const path = `/api/${spec.table}/:id/${spec.name}`;
    const put = (request: Request): Promise<Answer> => store(parts, spec, table, request);
    return [
      { method: "POST", path, handler: put },
      { method: "PUT", path, handler: put },
      { method: "GET", path, handler: (request: Request) => fetchFile(parts, spec, table, request) },
    ];
  });
}

async function store(parts: UploadParts, spec: UploadSpec, table: TableSpec, request: Request): Promise<Answer> {
  const user = await parts.auth.user(request);
  const row = await parts.database.find(table, { id: request.params["id"] ?? "" });
  if (!row) throw new HttpError(404, "not_found", `there is no such row in ${table.name}`);
  const upload = await readUpload(request, parts.settings.maxUploadBytes);
  if (!spec.types.includes(upload.type)) throw new HttpError(415, "unsupported_type", `use ${spec.types.join(", ")}`);
  const file = randomUUID();
  const folder = join(parts.settings.uploadsDirectory, spec.folder);
  // Renamed when complete: a backup of the folder never sees half a file under its name.
  await writeFile(join(folder, `.${file}.part`), upload.bytes, { mode: 0o640 });
  await rename(join(folder, `.${file}.part`), join(folder, file));
  const description: Row = { file, type: upload.type, size: upload.bytes.length };
  await parts.database.update(table, row.id, { [spec.name]: description });
  const old = fileOf(row[spec.name]);
  if (old) await rm(join(folder, old.file), { force: true });
  await parts.audit.record({ action: `${table.name}.${spec.name}`, actor: user.email, target: row.id, requestId: request.id });
  return { status: 201, body: { [spec.name]: { type: upload.type, size: upload.bytes.length }, url: `/api/${table.name}/${row.id}/${spec.name}` } };
}

async function fetchFile(parts: UploadParts, spec: UploadSpec, table: TableSpec, request: Request): Promise<Answer> {
  const row = await parts.database.find(table, { id: request.params["id"] ?? "" });
  const description = fileOf(row?.[spec.name]);
  if (!description) throw new HttpError(404, "not_found", `no ${spec.name} was uploaded`);
  const path = join(parts.settings.uploadsDirectory, spec.folder, description.file);
  const size = await stat(path).then((found) => found.size, () => undefined);
  if (size === undefined) throw new HttpError(404, "not_found", `the ${spec.name} is on file, but its content is missing`);
  return {
    status: 200,
    body: createReadStream(path),
    // Never run or shown as a page of ours, whatever it holds.
    headers: {
      "content-type": description.type, "content-length": String(size), "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox", "cache-control": "private, max-age=60",
    },
  };
}

/** The file of a form, or the whole body with its own content type. */
async function readUpload(request: Request, limit: number): Promise<Upload> {
  const header = request.headers["content-type"] ?? "";
  const type = essence(header);
  if (type !== "multipart/form-data") {
    const bytes = await request.bytes(limit);
    if (bytes.length === 0) throw new HttpError(400, "empty", "the body is empty");
    return { type, bytes };
  }
  const body = await request.bytes(limit + multipartOverhead);
  const form = await new Response(body, { headers: { "content-type": header } }).formData().catch(() => undefined);
  const file = form ? [...form.values()].find((value) => typeof value !== "string") : undefined;
  if (!file) throw new HttpError(400, "no_file", "the form has no file");
  if (file.size > limit) throw new HttpError(413, "too_large", `the file is larger than ${limit} bytes`);
  return { type: essence(file.type), bytes: Buffer.from(await file.arrayBuffer()) };
}

function essence(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

/** File names are ours (UUIDs); anything else in the row is not followed. */
function fileOf(value: unknown): { readonly file: string; readonly type: string } | undefined {
  if (typeof value !== "object" || value === null || !("file" in value) || !("type" in value)) return undefined;
  const { file, type } = value;
  return typeof file === "string" && typeof type === "string" && /^[0-9a-f-]{36}$/.test(file) ? { file, type } : undefined;
}

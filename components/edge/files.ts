import { createHash } from "node:crypto";
import { blockedList, bypassList } from "./admission";
import { closedTexts, isClosing } from "./closed";
import type { FullModel } from "./haproxy";
import { bodyLimitLua } from "./lua";
import { closeTunnelsLua } from "./tunnels";

/** A file that lies beside the configuration, in the edge's directory. */
export interface EdgeFile {
  /** `lists/blocked-1234abcd.map`: with a hash, so that a new text never changes what the running configuration, or the previous one, loads. */
  readonly path: string;
  readonly text: string;
}

/** What the configuration loads, as absolute paths; absent: nothing of the kind is needed. */
export interface EdgePaths {
  readonly bodyLimit: string;
  readonly closeTunnels: string | undefined;
  readonly blocked: string | undefined;
  readonly bypass: string | undefined;
  readonly closed: string | undefined;
  readonly pass: string | undefined;
}

/** Linux takes at most 128 KiB in one environment variable, and by one each file reaches the route writer. */
const maxBytes = 120 * 1024;

export function edgeFiles(model: FullModel): { readonly files: readonly EdgeFile[]; readonly paths: EdgePaths } {
  const files: EdgeFile[] = [{ path: `lua/${bodyLimitLua.fileName}`, text: bodyLimitLua.text }];
  const absolute = (path: string): string => `${model.directory}/${path}`;
  const list = (name: string, text: string): string | undefined => {
    if (text === "") return undefined;
    if (Buffer.byteLength(text) > maxBytes) throw new Error(`the edge's list ${name} is ${Buffer.byteLength(text)} bytes; at most ${maxBytes} fit: fewer or shorter entries`);
    const path = `lists/${name}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.map`;
    files.push({ path, text });
    return absolute(path);
  };
  const tunnels = closeTunnelsLua(model);
  if (tunnels !== undefined) files.push({ path: `lua/${tunnels.fileName}`, text: tunnels.text });
  const paths = {
    bodyLimit: absolute(`lua/${bodyLimitLua.fileName}`),
    closeTunnels: tunnels === undefined ? undefined : absolute(`lua/${tunnels.fileName}`),
    blocked: list("blocked", blockedList(model.blocked)),
    bypass: list("bypass", bypassList(model.bypass)),
    closed: isClosing(model) ? list("closed", closedTexts(model)) : undefined,
    pass: model.passKeyId === undefined ? undefined : absolute(passFile(model.passKeyId)),
  };
  return { files, paths };
}

/** Holds the key of operators' passes, as the one line of a map. */
export function passFile(id: string): string {
  return `keys/pass-${id}.map`;
}

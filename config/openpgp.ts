import { createHash } from "node:crypto";

/** Enough of OpenPGP (RFC 4880, RFC 9580) to tell whose public key a text is, before anything is encrypted to it. */

interface Packet {
  readonly tag: number;
  readonly body: Buffer;
}

const publicKeyTag = 6;
const publicSubkeyTag = 14;
const secretKeyTags = [5, 7];
/** RSA, RSA for encrypting, ElGamal, ECDH, X25519, X448. */
const encryptingAlgorithms = [1, 2, 16, 18, 25, 26];

/** True, false, or what to do about it. */
export function checkPublicKey(armored: string): boolean | string {
  if (/BEGIN PGP PRIVATE KEY BLOCK/.test(armored)) return "give the public half, `gpg --armor --export <key>`, and take the private key off this machine if this file was ever shared: whoever has it reads every backup";
  const packets = packetsOf(armored);
  const [first, ...others] = packets ?? [];
  if (first?.tag !== publicKeyTag) return packets?.some(({ tag }) => secretKeyTags.includes(tag)) === true ? "give the public half, `gpg --armor --export <key>`" : false;
  if (first.body[0] !== 4) return "give a key of version 4, as `gpg --full-generate-key` makes it";
  if (others.some(({ tag }) => tag === publicKeyTag)) return "give one key alone, `gpg --armor --export <its fingerprint>`";
  // A primary key signs; what encrypts is a key below it.
  const encrypts = others.some(({ tag, body }) => tag === publicSubkeyTag && encryptingAlgorithms.includes(body[5] ?? 0));
  return encrypts || "give a key that can encrypt: this one only signs";
}

/** 40 hexadecimal digits in capitals, as gpg shows it; of a key that `checkPublicKey` took. */
export function fingerprintOf(armored: string): string {
  const body = packetsOf(armored)?.[0]?.body ?? Buffer.alloc(0);
  return createHash("sha1").update(Buffer.from([0x99, body.length >> 8, body.length & 0xff])).update(body).digest("hex").toUpperCase();
}

/** Undefined: it is no armored OpenPGP. */
function packetsOf(armored: string): Packet[] | undefined {
  const [, inner] = /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([^]*?)-----END PGP PUBLIC KEY BLOCK-----/.exec(armored.trim()) ?? [];
  if (inner === undefined) return undefined;
  // Headers such as "Comment: ..." end with an empty line; the checksum is a line of its own that begins with "=".
  const lines = inner.split(/\r?\n/).map((line) => line.trim());
  const empty = lines.indexOf("");
  const base64 = lines.slice(lines.slice(0, Math.max(empty, 0)).every((line) => line.includes(": ")) ? empty + 1 : 0).filter((line) => line !== "" && !line.startsWith("=")).join("");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  return split(Buffer.from(base64, "base64"));
}

function split(bytes: Buffer): Packet[] | undefined {
  const packets: Packet[] = [];
  let at = 0;
  while (at < bytes.length) {
    const head = headOf(bytes, at);
    if (head === undefined || head.start + head.length > bytes.length) return undefined;
    packets.push({ tag: head.tag, body: bytes.subarray(head.start, head.start + head.length) });
    at = head.start + head.length;
  }
  return packets;
}

/** Both forms of a packet's head; parts of unknown length are for data, never for keys. */
function headOf(bytes: Buffer, at: number): { tag: number; start: number; length: number } | undefined {
  const first = bytes[at] ?? 0;
  if ((first & 0x80) === 0) return undefined;
  const byte = (offset: number): number => bytes[at + offset] ?? 0;
  if ((first & 0x40) !== 0) {
    const tag = first & 0x3f;
    const [one, two] = [byte(1), byte(2)];
    if (one < 192) return { tag, start: at + 2, length: one };
    if (one < 224) return { tag, start: at + 3, length: ((one - 192) << 8) + two + 192 };
    return one === 255 && at + 6 <= bytes.length ? { tag, start: at + 6, length: bytes.readUInt32BE(at + 2) } : undefined;
  }
  const tag = (first >> 2) & 0x0f;
  const kind = first & 0x03;
  if (kind === 0) return { tag, start: at + 2, length: byte(1) };
  if (kind === 1) return { tag, start: at + 3, length: (byte(1) << 8) + byte(2) };
  return kind === 2 && at + 5 <= bytes.length ? { tag, start: at + 5, length: bytes.readUInt32BE(at + 1) } : undefined;
}

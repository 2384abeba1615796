/** States of a connection, by the kernel's numbers (include/net/tcp_states.h). */
const states = ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"];

/** Prints the kernel's tables of this container's own network, whatever tools its image lacks. */
export const readTables = ["sh", "-c", 'for t in tcp tcp6 udp udp6; do echo "= $t"; cat "/proc/net/$t"; done'];

/** `tcp 172.18.0.3:5432 172.18.0.5:40122 ESTABLISHED uid 999`: one line for each of the kernel's. */
export function describeTables(text: string): readonly string[] {
  let table = "";
  return text.split("\n").flatMap((line) => {
    const title = /^= (\w+)$/.exec(line)?.[1];
    if (title !== undefined) {
      table = title;
      return [];
    }
    const [slot = "", local = "", remote = "", state = "", , , , uid = ""] = line.trim().split(/\s+/);
    if (!/^\d+:$/.test(slot)) return [];
    const what = table.startsWith("tcp") ? (states[Number.parseInt(state, 16)] ?? state) : "";
    return [[table, address(local), address(remote), what, `uid ${uid}`].filter((word) => word !== "").join(" ")];
  });
}

/** `0300A8C0:1538` is 192.168.0.3:5432: words of the machine's byte order, which is little-endian wherever we run. */
function address(text: string): string {
  const [host = "", port = ""] = text.split(":");
  const bytes = (host.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse().map((pair) => Number.parseInt(pair, 16)));
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.join(".")}:${number}`;
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return `${bytes.slice(12).join(".")}:${number}`;
  const words = Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16));
  return `[${words.join(":")}]:${number}`;
}

interface Config {
  readonly api: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly sockets: boolean;
}

interface Health {
  readonly status?: string;
  readonly version?: string;
  readonly uptime?: number;
  readonly checks?: { readonly database?: { readonly status: string; readonly responseTime: number } };
}

const refreshMs = 5000;

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

const config = JSON.parse(element("config").textContent ?? "{}") as Config;

function say(id: string, text: string, state?: "good" | "bad"): void {
  const target = element(id);
  target.textContent = text;
  target.classList.toggle("good", state === "good");
  target.classList.toggle("bad", state === "bad");
}

async function showHealth(): Promise<void> {
  try {
    const response = await fetch(`${config.api}/health`, { cache: "no-store" });
    const health = (await response.json()) as Health;
    say("health", health.status ?? String(response.status), response.ok ? "good" : "bad");
    const database = health.checks?.database;
    const parts = [
      health.version && `version ${health.version}`,
      health.uptime !== undefined && `up ${duration(health.uptime)}`,
      database && `database ${database.status}, ${database.responseTime} ms`,
    ];
    say("backend", parts.filter(Boolean).join(" \u00b7 "));
  } catch {
    say("health", "does not answer", "bad");
    say("backend", "");
  }
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

async function showRows(): Promise<void> {
  try {
    const response = await fetch(`${config.api}/${config.table}`);
    const list = (await response.json()) as { readonly items?: readonly Record<string, unknown>[]; readonly total?: number };
    const items = list.items ?? [];
    element("rows").replaceChildren(...items.map((item) => line("td", config.columns.map((column) => shown(item[column])))));
    say("total", response.ok ? `${items.length} of ${list.total ?? items.length}` : `no rows: ${response.status}`);
  } catch {
    say("total", "the rows cannot be read at the moment");
  }
}

function line(cell: "td" | "th", texts: readonly string[]): HTMLTableRowElement {
  const row = document.createElement("tr");
  for (const text of texts) row.appendChild(document.createElement(cell)).textContent = text;
  return row;
}

function shown(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

async function signIn(form: HTMLFormElement): Promise<void> {
  const data = new FormData(form);
  try {
    const response = await fetch(`${config.api}/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: data.get("email"), password: data.get("password") }),
    });
    const answer = (await response.json()) as { readonly message?: string; readonly user?: { readonly name: string; readonly role: string } };
    if (response.ok && answer.user) say("who", `Signed in as ${answer.user.name} (${answer.user.role})`, "good");
    else say("who", answer.message ?? `refused: ${response.status}`, "bad");
  } catch {
    say("who", "the API does not answer", "bad");
  }
  form.reset();
}

/** Socket.io's own framing, as far as an echo needs it: 0 open, 2 ping, 3 pong, 4 message (40 connect, 42 event). */
function goLive(): void {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`);
  let sentAt = 0;
  socket.onmessage = (message: MessageEvent<string>) => {
    const text = message.data;
    if (text.startsWith("0")) socket.send("40");
    else if (text === "2") socket.send("3");
    else if (text.startsWith("40")) {
      sentAt = performance.now();
      socket.send(`42${JSON.stringify(["echo", "hello"])}`);
    } else if (text.startsWith('42["echo"')) say("live", `connected, echo in ${Math.round(performance.now() - sentAt)} ms`, "good");
  };
  socket.onclose = () => {
    say("live", "offline", "bad");
    setTimeout(goLive, refreshMs);
  };
}

function refresh(): void {
  void showHealth();
  void showRows();
}

element("rows-title").textContent = config.table;
element("head").replaceChildren(line("th", config.columns));
element<HTMLFormElement>("login").addEventListener("submit", (event) => {
  event.preventDefault();
  void signIn(event.currentTarget as HTMLFormElement);
});
if (config.sockets) {
  element("live-card").hidden = false;
  goLive();
}
refresh();
setInterval(refresh, refreshMs);

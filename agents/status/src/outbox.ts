import { ask } from "./ask";
import { describeError, type Log } from "../../common/log";
import type { Notice, NoticeKind, StateFile } from "./state";
import type { Message } from "./templates";

/**
 * How long Alertmanager is told that a notice is current. It keeps trying a channel that is down only as long;
 * and as it forgets alerts when it restarts, they are sent again until then, as Prometheus does with its own.
 * What was delivered is in its notification log, so nobody reads a notice twice.
 */
const currentMs = 12 * 3600_000;
/** Kept beyond that for the daily digest, which reports of a week at most. */
const keptMs = 7 * 86_400_000;
/** Undelivered notices of a stack whose Alertmanager is gone; the oldest are given up beyond. */
const mostWaiting = 500;
const timeoutMs = 10_000;
/** Alertmanager refuses nothing for its length, but some channels do. */
const longestText = 8000;

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

const alertNames: Record<NoticeKind, string> = {
  deploy: "DeployNotice", rollback: "RollbackNotice", drill: "DrillNotice", incident: "IncidentNotice", maintenance: "MaintenanceNotice", digest: "DailyDigest",
};

/** Notices on their way to Alertmanager, which knows the channels; kept on disk until it has taken them. */
export class Outbox {
  failures = 0;
  private sending: Promise<boolean> = Promise.resolve(true);

  constructor(
    private readonly state: StateFile,
    private readonly options: { readonly alertmanagerUrl: () => string; readonly pageUrl: () => string | undefined; readonly now: () => Date; readonly log: Log },
  ) {}

  /** Kept first, so that a crash between here and Alertmanager loses nothing. */
  add(kind: NoticeKind, system: string, message: Message): Notice {
    const at = this.options.now();
    const { outbox } = this.state.value;
    const base = `${kind}-${system}-${at.toISOString().replace(/[-:]|\.\d+/g, "")}`;
    const same = outbox.filter(({ id }) => id === base || id.startsWith(`${base}-`)).length;
    const added: Notice = {
      id: same === 0 ? base : `${base}-${same + 1}`, kind, system, title: message.title, text: cut(message.text), at: at.toISOString(),
    };
    if (outbox.length >= mostWaiting) this.options.log.error("too many notices wait for Alertmanager; the oldest is given up", { notice: outbox[0]?.id });
    this.state.change({ outbox: [...outbox, added].slice(-mostWaiting) });
    return added;
  }

  /** Sends what is current; true when Alertmanager took all of it. One at a time, in order. */
  flush(): Promise<boolean> {
    this.sending = this.sending.then(() => this.send());
    return this.sending;
  }

  private async send(): Promise<boolean> {
    const now = this.options.now();
    const { outbox } = this.state.value;
    const kept = outbox.filter((entry) => acceptance(entry, now) + keptMs > now.getTime());
    if (kept.length < outbox.length) this.state.change({ outbox: kept });
    const waiting = kept.filter((entry) => acceptance(entry, now) + currentMs > now.getTime());
    if (waiting.length === 0) return true;
    try {
      const url = new URL("api/v2/alerts", `${this.options.alertmanagerUrl().replace(/\/$/, "")}/`);
      const body = JSON.stringify(waiting.map((entry) => toAlert(entry, now, this.options.pageUrl())));
      const { status, text } = await ask(url, { method: "POST", body, timeoutMs });
      if (status !== 200) throw new Error(`Alertmanager answered ${status}: ${text.slice(0, 300)}`);
    } catch (error) {
      this.failures += 1;
      this.options.log.warn("notices did not reach Alertmanager; they are sent again", { waiting: waiting.filter(({ acceptedAt }) => acceptedAt === undefined).length, error: describeError(error) });
      return false;
    }
    const sent = new Set(waiting.map(({ id }) => id));
    if (waiting.some(({ acceptedAt }) => acceptedAt === undefined)) {
      // Others may have been added while this was under way.
      this.state.change({ outbox: this.state.value.outbox.map((entry) => (sent.has(entry.id) ? { ...entry, acceptedAt: entry.acceptedAt ?? now.toISOString() } : entry)) });
    }
    return true;
  }
}

function acceptance({ acceptedAt }: Notice, now: Date): number {
  return acceptedAt === undefined ? now.getTime() : Date.parse(acceptedAt);
}

function toAlert(entry: Notice, now: Date, pageUrl: string | undefined): Alert {
  return {
    labels: { alertname: alertNames[entry.kind], kind: entry.kind, severity: "notice", system: entry.system, notice: entry.id },
    annotations: { title: entry.title, text: entry.text, summary: entry.title, description: entry.text },
    startsAt: entry.at,
    endsAt: new Date(acceptance(entry, now) + currentMs).toISOString(),
    ...(pageUrl === undefined ? {} : { generatorURL: pageUrl }),
  };
}

function cut(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 40)}\n... (shortened; see the status page)`;
}

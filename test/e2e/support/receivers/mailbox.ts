import type { AddressInfo } from "node:net";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";
import { Inbox } from "./inbox";

export interface Mail {
  readonly at: Date;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A mail server that takes what it is sent, asks for no password and speaks no TLS. */
export class Mailbox {
  readonly mails = new Inbox<Mail>(({ at, to, subject }) => `${at.toISOString()} to ${to.join(", ")}: ${subject}`);

  private constructor(private readonly server: SMTPServer, private readonly address: string, private readonly port: number) {}

  static async open(address: string, port = 0): Promise<Mailbox> {
    const arrived: { to?: Mailbox } = {};
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["AUTH", "STARTTLS"],
      logger: false,
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          const to = session.envelope.rcptTo.map((recipient) => recipient.address);
          arrived.to?.read(Buffer.concat(chunks), to).then(() => done(), done);
        });
      },
    });
    const listening = await new Promise<number>((resolve, reject) => {
      server.on("error", reject);
      const net = server.listen(port, address, () => resolve((net.address() as AddressInfo).port));
    });
    return (arrived.to = new Mailbox(server, address, listening));
  }

  /** As Alertmanager wants it: host and port. */
  get smarthost(): string {
    return `${this.address}:${this.port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async read(raw: Buffer, to: readonly string[]): Promise<void> {
    const { from, subject = "", text = "", html = "" } = await PostalMime.parse(raw);
    this.mails.add({ at: new Date(), from: from?.address ?? "", to, subject, text, html });
  }
}

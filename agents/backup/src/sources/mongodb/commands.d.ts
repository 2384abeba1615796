/** The driver's own form of documents that are sent as bytes; not among its public types. */
declare module "mongodb/lib/cmap/commands" {
  export class DocumentSequence {
    constructor(field: string);
    /** The document is for the driver's log only; the bytes are what is sent. */
    push(document: object, bytes: Uint8Array): number;
  }
}

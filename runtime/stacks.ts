type Prepare = (error: Error, frames: NodeJS.CallSite[]) => unknown;

/** Where Pulumi makes an error for each property of each resource, only to keep its stack trace. */
const promiseTraces = /@pulumi[/\\]pulumi[/\\]runtime[/\\]debuggable\.js$/;

/**
 * Leaves out the stack traces that Pulumi keeps in case a promise never ends: translating them into TypeScript's
 * lines took more than 2 s of a preview of five systems. Every other error's stack trace is as it was, and
 * PULUMI_DEBUG_PROMISE_LEAKS, which prints them, brings them back.
 */
export function withoutPromiseTraces(prepare: Prepare): Prepare {
  return (error, frames) => (promiseTraces.test(frames[0]?.getFileName() ?? "") ? String(error) : prepare(error, frames));
}

const before = Error.prepareStackTrace?.bind(Error);
if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined && before !== undefined) Error.prepareStackTrace = withoutPromiseTraces(before);

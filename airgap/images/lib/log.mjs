/** A log that prints `[ 12s] step: message`; used when the caller gives none of its own. */
export function consoleLog() {
  const started = Date.now();
  return (step, message) => {
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stderr.write(`[${String(seconds).padStart(3)}s] ${step}: ${message}\n`);
  };
}

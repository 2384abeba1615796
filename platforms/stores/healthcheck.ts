/** How a container is asked whether it is well, on whichever platform. */
export interface Healthcheck {
  /** Docker's form: ["CMD", ...] or ["CMD-SHELL", text]. */
  readonly test: readonly string[];
  /** Between two looks of the engine; a deploy doesn't wait for them, see HealthGate. @default 10 */
  readonly intervalSeconds?: number;
  /** Failures within it don't count. @default 30 */
  readonly startSeconds?: number;
  /** @default 5 */
  readonly retries?: number;
}

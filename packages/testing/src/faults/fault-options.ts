/** How a step that waits takes it that it is cancelled. */
export interface FaultOptions {
  /**
   * Whether it goes on waiting, as code does that never looks at its signal. Its span stays open until it answers or
   * the run around it ends.
   *
   * @defaultValue false
   */
  readonly ignoresAbort?: boolean;
}

/** Where lines go: a stream of Node, or anything with a `write`. */
export interface LineStream {
  /** Takes one line with its line end, and may say later that it is written, or that it failed. */
  write(text: string, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean | undefined;
  /** Whether the terminal shows colours; Node's answers for `NO_COLOR` and `FORCE_COLOR` too. */
  hasColors?(): boolean;
  /** Bytes that wait in the stream; what is above a bound is not written. */
  readonly writableLength?: number;
  readonly destroyed?: boolean;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

/** What became of one request. */
export type SendOutcome =
  /** The destination has it, except for `rejected` items (OTLP "partial success"). */
  | { readonly kind: 'taken'; readonly rejected: number; readonly message: string | undefined }
  /** The same request may succeed later, at the earliest after `afterMs` where the destination said so. */
  | { readonly kind: 'later'; readonly error: Error; readonly afterMs: number | undefined }
  /** The destination will never take it. */
  | { readonly kind: 'refused'; readonly error: Error };

/**
 * Sends finished requests to one destination, one attempt each: what to repeat, and when, is its caller's
 * matter. `B` is what a request is made of: bytes, or spans for an exporter that the user brings. A request
 * under way does not keep the process alive until {@link Sender.finish} is called.
 */
export interface Sender<B> {
  /**
   * Never rejects. A request without a complete answer after `limitMs` is given up: `later`. After
   * {@link Sender.finish} it sends as before; after {@link Sender.abort} it sends nothing and says `later`,
   * "given up at shutdown", without waiting for anything outside of this process.
   */
  send(body: B, limitMs: number): Promise<SendOutcome>;
  /**
   * Sends while the process is ending and its event loop turns no more; blocks it until then.
   *
   * @returns Whether the destination took the request within `limitMs`; a part that it rejected is not told.
   */
  sendBeforeExit(body: B, limitMs: number): boolean;
  /** From now on the process waits for what is under way, and for what is sent after this. */
  finish(): void;
  /** Gives up what is under way, at once and as `later`, "given up at shutdown", and closes all connections. */
  abort(): void;
}

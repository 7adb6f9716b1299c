import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../command-error.ts';
import type { ServiceClient } from '../service-client.ts';
import type { TracesAnswer } from '../traces-answer.ts';

/** Where the service does not say when. */
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A service that takes nothing for so long will not soon. */
const PATIENCE_MS = 120_000;

/** Sends requests of OTLP one after the other; one that the service cannot take now is sent again when it says so. */
export class TraceSender {
  readonly #client: Pick<ServiceClient, 'sendTraces' | 'url'>;
  readonly #wait: (ms: number) => Promise<unknown>;

  /** @param wait - Resolves after so many milliseconds. */
  constructor(
    client: Pick<ServiceClient, 'sendTraces' | 'url'>,
    wait: (ms: number) => Promise<unknown> = (ms) => delay(ms),
  ) {
    this.#client = client;
    this.#wait = wait;
  }

  /**
   * @param request - An `ExportTraceServiceRequest` in JSON.
   * @throws CommandError when the service does not answer, or takes nothing for two minutes.
   */
  async send(request: string): Promise<TracesAnswer> {
    for (let waitedMs = 0; ;) {
      const answer = await this.#client.sendTraces(request);
      if (answer.kind !== 'busy') return answer;
      const pauseMs = Math.min(Math.max(answer.retryAfterMs ?? PAUSE_MS, 1), LONGEST_PAUSE_MS);
      if (waitedMs + pauseMs > PATIENCE_MS) {
        throw new CommandError(
          1,
          `The service at ${this.#client.url} takes nothing (${answer.message}): see tta-obs status, and import again then; what is stored already is kept once.`,
        );
      }
      await this.#wait(pauseMs);
      waitedMs += pauseMs;
    }
  }
}

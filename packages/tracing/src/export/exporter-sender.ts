import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Clock } from '@tta/obs-context';
import type { Sender, SendOutcome } from './sender.ts';
import { toError } from './to-error.ts';

const givenUp = 'given up at shutdown';

/** Hands spans to an exporter that the user brings. It repeats by itself; what it fails to export is gone. */
export class ExporterSender implements Sender<ReadableSpan[]> {
  readonly #exporter: SpanExporter;
  readonly #clock: Clock;
  #abort: () => void = () => {};
  #isAborted = false;

  constructor(exporter: SpanExporter, clock: Clock) {
    this.#exporter = exporter;
    this.#clock = clock;
  }

  async send(spans: ReadableSpan[], limitMs: number): Promise<SendOutcome> {
    if (this.#isAborted) return { kind: 'refused', error: new Error(givenUp) };
    let cancel = (): void => {};
    const result = await new Promise<ExportResult>((resolve) => {
      const give = (reason: string) => (): void =>
        resolve({ code: ExportResultCode.FAILED, error: new Error(reason) });
      cancel = this.#clock.timer(limitMs, give(`not exported within ${limitMs} ms`));
      this.#abort = give(givenUp);
      try {
        this.#exporter.export(spans, resolve);
      } catch (error) {
        resolve({ code: ExportResultCode.FAILED, error: toError(error) });
      }
    });
    cancel();
    if (result.code === ExportResultCode.SUCCESS) return { kind: 'taken', rejected: 0, message: undefined };
    return { kind: 'refused', error: result.error ?? new Error('the exporter failed') };
  }

  /** Exporters need the event loop. */
  sendBeforeExit(): boolean {
    return false;
  }

  finish(): void {}

  abort(): void {
    this.#isAborted = true;
    this.#abort();
  }
}

import type { Attributes } from '@opentelemetry/api';
import { InvalidOptionError, systemClock } from '@tta/obs-context';
import { traceText } from '../trace-text.ts';
import type { Trace } from '../trace.ts';
import { loopback } from './endpoint.ts';
import { GrpcEndpoint } from './grpc-endpoint.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import {
  AnswerPlan,
  type ChooseAnswer,
  isFailure,
  type OtlpAnswer,
  type OtlpAnswerOptions,
} from './otlp-answer.ts';
import type { OtlpRequest, OtlpRequestOf, OtlpSignal } from './otlp-signal.ts';
import { ReceivedTrace } from './received-trace.ts';

export interface OtlpSinkOptions {
  /** Where HTTP is taken, for a destination that comes back; taken ports are an error. @defaultValue a free port */
  readonly httpPort?: number;
  /** Where gRPC is taken. @defaultValue a free port */
  readonly grpcPort?: number;
}

/** How much is waited for. */
export interface OtlpAmounts {
  /** Spans in the trace. */
  readonly spans?: number;
  /** Log lines in the trace. */
  readonly lines?: number;
  /** Points in the trace: one for each metric and set of labels, however often it was sent. */
  readonly points?: number;
  /** Requests, whatever they were answered. */
  readonly requests?: number;
}

interface Waiting {
  readonly isThere: () => boolean;
  readonly resolve: (trace: Trace) => void;
}

const amountNames = ['spans', 'lines', 'points', 'requests'] as const;

/**
 * A destination of OTLP within the test: takes traces, metrics and log records over HTTP (protobuf and JSON) and gRPC,
 * compressed or not, on loopback. Made by {@link otlpSink}.
 */
export class OtlpSink implements AsyncDisposable {
  readonly #requests: OtlpRequest[] = [];
  /** What could not be read, in a line each. */
  readonly #refusals: string[] = [];
  #received = new ReceivedTrace();
  readonly #answers = new AnswerPlan();
  readonly #waiting = new Set<Waiting>();
  readonly #http: HttpEndpoint;
  readonly #grpc: GrpcEndpoint;
  readonly #ports = { http: 0, grpc: 0 };
  #stopped: Promise<void> | undefined;

  constructor() {
    const inbox = {
      take: (request: OtlpRequest) => this.#take(request),
      refuse: (refusal: string) => void this.#refusals.push(refusal),
    };
    this.#http = new HttpEndpoint(inbox);
    this.#grpc = new GrpcEndpoint(inbox);
  }

  /** Listens. Called by {@link otlpSink}. */
  async start({ httpPort = 0, grpcPort = 0 }: OtlpSinkOptions): Promise<void> {
    for (const [name, port] of Object.entries({ httpPort, grpcPort })) checkPort(name, port);
    this.#ports.http = await this.#http.start(httpPort);
    try {
      this.#ports.grpc = await this.#grpc.start(grpcPort);
    } catch (error) {
      await this.#http.stop();
      throw error;
    }
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT` by HTTP: a signal's own endpoint is `/v1/traces`, `/v1/metrics`, `/v1/logs` below. */
  get httpUrl(): string {
    return `http://${loopback}:${this.#ports.http}`;
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT` by gRPC. */
  get grpcUrl(): string {
    return `http://${loopback}:${this.#ports.grpc}`;
  }

  /** All that came and could be read, in the order in which it came, however it was answered. */
  get requests(): readonly OtlpRequest[] {
    return this.#requests;
  }

  /** The requests of one signal. */
  requestsOf<S extends OtlpSignal>(signal: S): readonly OtlpRequestOf<S>[] {
    return this.#requests.filter((request) => request.signal === signal) as unknown as OtlpRequestOf<S>[];
  }

  /**
   * All that was taken, for matchers:
   * - spans in the order of their starts; one that is sent twice is there twice;
   * - log lines in the order of their times, with the level of their severity number;
   * - points: the sum of what is sent as delta, else the last value. How many values a sum or gauge has is not sent:
   *   their `count` is that of the values that were put together.
   */
  get trace(): Trace {
    return this.#received.trace;
  }

  /** The attributes of each resource that something was taken of. */
  get resources(): readonly Attributes[] {
    return this.#received.resources;
  }

  /**
   * Waits until so much is there, also if it came before.
   *
   * @param amounts - At least one of them.
   * @param amounts.within - For how long, in milliseconds of the machine's clock. @defaultValue 10_000
   * @returns All that is there then.
   * @throws Error that says what is there when the time is over.
   */
  received({ within = 10_000, ...amounts }: OtlpAmounts & { readonly within?: number }): Promise<Trace> {
    const wanted = amountNames.flatMap((name) =>
      amounts[name] === undefined ? [] : [[name, amounts[name]] as const],
    );
    if (wanted.length === 0)
      throw new InvalidOptionError(
        'received() waits for nothing: say how many spans, lines, points or requests',
      );
    const isThere = (): boolean => {
      const counts = this.#counts();
      return wanted.every(([name, count]) => counts[name] >= count);
    };
    if (isThere()) return Promise.resolve(this.trace);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        isThere,
        resolve: (trace) => {
          endTimer();
          resolve(trace);
        },
      };
      const endTimer = systemClock.timer(within, () => {
        this.#waiting.delete(waiting);
        reject(new Error(this.#report(wanted, within)));
      });
      this.#waiting.add(waiting);
    });
  }

  /**
   * Says how requests are answered from now on, in place of what was said before. Requests that are refused are kept
   * among the requests, and are not in the trace.
   *
   * @example
   * ```ts
   * sink.answer({ status: 503, retryAfterS: 1 }, { times: 2 });
   * sink.answer('hang', { signal: 'metrics' });
   * sink.answer('accept', { afterMs: 200 });
   * ```
   *
   * @throws InvalidOptionError for an answer that there is not.
   */
  answer(answer: OtlpAnswer | ChooseAnswer, options: OtlpAnswerOptions = {}): void {
    this.#answers.set(answer, options);
  }

  /** Forgets what came, and accepts again. */
  reset(): void {
    this.#requests.length = 0;
    this.#refusals.length = 0;
    this.#received = new ReceivedTrace();
    this.#answers.clear();
  }

  /** Closes all connections and both ports; what came stays to be read. */
  stop(): Promise<void> {
    return (this.#stopped ??= Promise.all([this.#http.stop(), this.#grpc.stop()]).then(() => undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #take(request: OtlpRequest): Promise<OtlpAnswer> {
    this.#requests.push(request);
    const { answer, afterMs } = this.#answers.next(request);
    const isTaken = typeof answer === 'string' ? answer === 'accept' : !isFailure(answer);
    if (isTaken) this.#received.add(request);
    this.#tell();
    return new Promise((resolve) => {
      if (answer === 'hang') return;
      if (afterMs === 0) resolve(answer);
      else systemClock.timer(afterMs, () => resolve(answer));
    });
  }

  #tell(): void {
    for (const waiting of this.#waiting) {
      if (!waiting.isThere()) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(this.trace);
    }
  }

  #counts(): Required<OtlpAmounts> {
    return { ...this.#received.counts, requests: this.#requests.length };
  }

  #report(wanted: readonly (readonly [(typeof amountNames)[number], number])[], within: number): string {
    const counts = this.#counts();
    const there = amountNames.map((name) => `${counts[name]} ${name}`).join(', ');
    const lines = [
      `The OTLP sink has not received ${wanted.map(([name, count]) => `${count} ${name}`).join(' and ')} within ${within} ms.`,
      `It has ${there}.`,
    ];
    if (this.#refusals.length > 0)
      lines.push('', 'It could not read:', ...this.#refusals.map((line) => `  ${line}`));
    if (counts.spans > 0) lines.push('', traceText(this.trace));
    return lines.join('\n');
  }
}

function checkPort(name: string, port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new InvalidOptionError(
    `${name} of the OTLP sink is ${port}; it has to be a whole number from 0 to 65535`,
  );
}

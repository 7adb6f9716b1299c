import { types } from 'node:util';
import type { Attributes } from '@opentelemetry/api';
import { InvalidOptionError, systemClock } from '@tta/obs-context';
import type { DrawnTrace } from '../drawing/drawn-trace.ts';
import { traceText } from '../drawing/trace-text.ts';
import { valueText } from '../drawing/value-text.ts';
import { loopback } from './endpoint.ts';
import { GrpcEndpoint } from './grpc-endpoint.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import {
  AnswerPlan,
  type ChooseAnswer,
  type ChosenAnswer,
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
  /** What it fails with: until then it has not come. */
  readonly unmet: (when: string) => Error;
  readonly settle: (error?: Error) => void;
}

const amountNames = ['spans', 'lines', 'points', 'requests'] as const;

/**
 * A destination of OTLP within the test: takes traces, metrics and log records over HTTP (protobuf and JSON) and gRPC,
 * compressed or not, on loopback. Made by {@link otlpSink}. One that is not stopped does not keep its process alive.
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
  /** What the test's own answer function has thrown first. */
  #mistake: Error | undefined;
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
   * All that was taken, for matchers; `String(sink.trace)` is its trees:
   * - spans in the order of their starts; one that is sent twice is there twice;
   * - log lines in the order of their times, with the level of their severity number;
   * - points: the sum of what is sent as delta, else the last value. How many values a sum or gauge has is not sent:
   *   their `count` is that of the values that were put together.
   */
  get trace(): DrawnTrace {
    return this.#received.trace;
  }

  /** The attributes of each resource that something was taken of. */
  get resources(): readonly Attributes[] {
    return this.#received.resources;
  }

  /**
   * Waits until at least so much is there, also if it came before.
   *
   * @param amounts - One of them or more.
   * @param amounts.within - For how long, in milliseconds of the machine's clock. @defaultValue 4_000, because runners
   *   of tests give up a test after five seconds, and do not say what is there
   * @returns All that is there then.
   * @throws Error that says what is there when the time is over or the sink stops; what a function given to
   *   {@link answer} has thrown; InvalidOptionError for amounts that are none.
   */
  received({ within = 4_000, ...amounts }: OtlpAmounts & { readonly within?: number }): Promise<DrawnTrace> {
    const wanted = amountNames.flatMap((name) =>
      amounts[name] === undefined ? [] : [[name, amounts[name]] as const],
    );
    if (wanted.length === 0)
      throw new InvalidOptionError(
        'received() waits for nothing: say how many spans, lines, points or requests',
      );
    for (const [name, count] of wanted)
      checkAmount(name, count, Number.isSafeInteger(count), 'a whole number');
    checkAmount('within', within, Number.isFinite(within), 'a number of milliseconds');
    if (this.#mistake) return Promise.reject(this.#mistake);
    const isThere = (): boolean => {
      const counts = this.#counts();
      return wanted.every(([name, count]) => counts[name] >= count);
    };
    if (isThere()) return Promise.resolve(this.trace);
    const unmet = (when: string): Error => new Error(this.#report(wanted, when));
    if (this.#stopped) return Promise.reject(unmet('before it stopped'));
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        endTimer();
        this.#waiting.delete(waiting);
        if (error) reject(error);
        else resolve(this.trace);
      };
      const endTimer = systemClock.timer(within, () => settle(unmet(`within ${within} ms`)), true);
      const waiting: Waiting = { isThere, unmet, settle };
      this.#waiting.add(waiting);
    });
  }

  /**
   * Says how requests are answered from now on, in place of what was said before. Requests that are refused are kept
   * among the requests, and are not in the trace. What a function throws, the exporter sees as the status 500, and the
   * test as the error of {@link received} and {@link stop}.
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
    this.#mistake = undefined;
  }

  /**
   * Closes all connections and both ports; what came stays to be read, and what is still waited for fails.
   *
   * @throws What a function given to {@link answer} has thrown.
   */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    for (const waiting of this.#waiting) waiting.settle(waiting.unmet('before it stopped'));
    await Promise.all([this.#http.stop(), this.#grpc.stop()]);
    if (this.#mistake) throw this.#mistake;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #take(request: OtlpRequest): Promise<OtlpAnswer> {
    this.#requests.push(request);
    const { answer, afterMs } = this.#choose(request);
    const isTaken = typeof answer === 'string' ? answer === 'accept' : !isFailure(answer);
    if (isTaken) this.#received.add(request);
    this.#tell();
    return new Promise((resolve) => {
      if (answer === 'hang') return;
      if (afterMs === 0) resolve(answer);
      else systemClock.timer(afterMs, () => resolve(answer));
    });
  }

  #choose(request: OtlpRequest): ChosenAnswer {
    try {
      return this.#answers.next(request);
    } catch (error) {
      this.#mistake ??= types.isNativeError(error) ? error : new Error(String(error));
      const message = `the answer function of the test failed: ${this.#mistake.message}`;
      return { answer: { status: 500, message }, afterMs: 0 };
    }
  }

  #tell(): void {
    for (const waiting of this.#waiting)
      if (this.#mistake) waiting.settle(this.#mistake);
      else if (waiting.isThere()) waiting.settle();
  }

  #counts(): Required<OtlpAmounts> {
    return { ...this.#received.counts, requests: this.#requests.length };
  }

  #report(wanted: readonly (readonly [(typeof amountNames)[number], number])[], when: string): string {
    const counts = this.#counts();
    const there = amountNames.map((name) => `${counts[name]} ${name}`).join(', ');
    const lines = [
      `The OTLP sink has not received ${wanted.map(([name, count]) => `${count} ${name}`).join(' and ')} ${when}.`,
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

function checkAmount(name: string, value: number, isNumber: boolean, what: string): void {
  if (isNumber && value >= 0) return;
  throw new InvalidOptionError(`${name} of received() is ${valueText(value)}; it has to be ${what} from 0`);
}

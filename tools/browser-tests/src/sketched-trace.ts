import { randomBytes } from 'node:crypto';

/** A span of a trace that a spec thinks up. Times are milliseconds after the start of the trace. */
export interface SketchedSpan {
  readonly name: string;
  /** `primitive.type`; without one it is the span of another instrumentation. */
  readonly type?: string;
  readonly label?: string;
  /** Name or label of the span above it; without one it is a root. */
  readonly parent?: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Failed, with this message. */
  readonly error?: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Lines that are logged in it, in the middle of its time; `!` before one makes it an error. */
  readonly logs?: readonly string[];
}

/** A trace that is sent in parts. */
export class SketchedTrace {
  readonly traceId = randomBytes(16).toString('hex');
  readonly #url: string;
  readonly #startMs = Date.now() - 60_000;
  readonly #ids = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  idOf(name: string): string {
    const id = this.#ids.get(name) ?? randomBytes(8).toString('hex');
    this.#ids.set(name, id);
    return id;
  }

  /** Sends spans and what is logged in them, and waits until the service has stored them. */
  async send(spans: readonly SketchedSpan[]): Promise<void> {
    await this.#post('v1/traces', {
      resourceSpans: [
        {
          resource: RESOURCE,
          scopeSpans: [{ scope: { name: 'sketch' }, spans: spans.map((span) => this.#span(span)) }],
        },
      ],
    });
    const logRecords = spans.flatMap((span) => this.#logs(span));
    if (logRecords.length === 0) return;
    await this.#post('v1/logs', {
      resourceLogs: [{ resource: RESOURCE, scopeLogs: [{ scope: { name: 'sketch' }, logRecords }] }],
    });
  }

  #span({ name, type, label, parent, fromMs, toMs, error, attributes = {} }: SketchedSpan) {
    const told = {
      ...(type !== undefined && { 'primitive.type': type }),
      ...(label !== undefined && { 'primitive.name': label }),
      ...(type !== undefined && { 'execution.status': error === undefined ? 'success' : 'error' }),
      ...attributes,
    };
    return {
      traceId: this.traceId,
      spanId: this.idOf(label ?? name),
      ...(parent !== undefined && { parentSpanId: this.idOf(parent) }),
      name,
      kind: 1,
      startTimeUnixNano: this.#nanoseconds(fromMs),
      endTimeUnixNano: this.#nanoseconds(toMs),
      attributes: Object.entries(told).map(([key, value]) => ({
        key,
        value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
      })),
      status: error === undefined ? {} : { code: 2, message: error },
    };
  }

  #logs({ name, label, fromMs, toMs, logs = [] }: SketchedSpan) {
    return logs.map((line) => ({
      timeUnixNano: this.#nanoseconds((fromMs + toMs) / 2),
      severityNumber: line.startsWith('!') ? 17 : 9,
      body: { stringValue: line.replace('!', '') },
      traceId: this.traceId,
      spanId: this.idOf(label ?? name),
    }));
  }

  #nanoseconds(timeMs: number): string {
    return `${BigInt(this.#startMs) * 1_000_000n + BigInt(Math.round(timeMs * 1e6))}`;
  }

  async #post(path: string, body: unknown): Promise<void> {
    const response = await fetch(new URL(path, this.#url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`The service answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  }
}

const RESOURCE = { attributes: [{ key: 'service.name', value: { stringValue: 'release' } }] };

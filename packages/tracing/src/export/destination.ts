import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Signal } from './signal.ts';

/** How OTLP is spoken (OTLP exporter specification, `OTEL_EXPORTER_OTLP_PROTOCOL`). */
export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';

/** How somewhere that speaks OTLP is spoken to, whatever it is sent. */
export interface OtlpOptions {
  /** What messages call it; each destination has one of its own. */
  readonly name: string;
  /** @defaultValue 'http/protobuf' */
  readonly protocol?: OtlpProtocol;
  /** Sent with each request, to this destination alone. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>;
  /** @defaultValue 'none' */
  readonly compression?: 'gzip' | 'none';
  /** For https; each in PEM. @defaultValue the authorities that Node trusts, and no client certificate */
  readonly tls?: TlsOptions;
  /** How long one request may take, in milliseconds. @defaultValue 10000 */
  readonly timeoutMs?: number;
  /**
   * Where batches wait on disk while the destination is down, for this process and later ones.
   *
   * @defaultValue they wait in memory
   */
  readonly spool?: SpoolOptions;
}

/** Somewhere that takes one signal by OTLP. */
export interface OtlpEndpoint extends OtlpOptions {
  /** Its full address: `http://127.0.0.1:8765/v1/logs`; for gRPC its host and port. */
  readonly url: string;
}

/** Somewhere that takes traces by OTLP. */
export interface OtlpDestination extends OtlpOptions, QueueOptions {
  /** Full address of its traces: `http://127.0.0.1:8765/v1/traces`; for gRPC its host and port. */
  readonly tracesUrl: string;
  /**
   * Whether the destination also gets what others do not: traces that an upstream service chose not to
   * sample, marked as such, and traces that tail sampling drops. For the service on the developer's desk.
   *
   * @defaultValue false
   */
  readonly everything?: boolean;
}

/** A backend that brings its own exporter, with a queue of its own like every destination. */
export interface CustomDestination extends QueueOptions {
  /** What messages call it; each destination has one of its own. */
  readonly name: string;
  /** Repeats by itself what is worth repeating; what it fails to export is dropped and counted. */
  readonly exporter: SpanExporter;
  /** How long one export may take, in milliseconds. @defaultValue 30000 */
  readonly timeoutMs?: number;
}

/** Where spans go: an address that speaks OTLP, or an exporter that somebody brings. */
export type Destination = OtlpDestination | CustomDestination;

/** How spans wait for their request. */
export interface QueueOptions {
  /** How long an ended span waits for others to share its request, in milliseconds. @defaultValue 5000 */
  readonly flushMs?: number;
  /** Spans that may wait in memory. @defaultValue 8192 */
  readonly queueSpans?: number;
  /** Most spans in one request. @defaultValue 512 */
  readonly batchSpans?: number;
}

/** Whom an https connection trusts, and as whom it presents itself. */
export interface TlsOptions {
  /** Certificates of the authorities to trust instead of Node's. */
  readonly ca?: string;
  /** Certificate of the client. */
  readonly cert?: string;
  /** Key of the client. */
  readonly key?: string;
  /**
   * The file that `NODE_EXTRA_CA_CERTS` names, if it is set. Node itself has read it; the process that sends
   * what is left when this one exits inherits no environment and is told by this.
   */
  readonly nodeExtraCaCerts?: string;
}

/** Where batches of a destination wait on disk. */
export interface SpoolOptions {
  /** Folder for spooled batches of all destinations; made with mode 0700 when it is missing. */
  readonly directory: string;
  /** For this destination. @defaultValue 67108864 (64 MiB) */
  readonly limitBytes?: number;
}

/**
 * The address of a signal below a base endpoint (OTLP exporter specification, "Endpoint URLs for
 * OTLP/HTTP"): the path `v1/<signal>` is appended whether the base ends in a slash or not.
 */
export function signalUrl(endpoint: string, signal: Signal): string {
  const base = new URL(endpoint);
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/v1/${signal}`;
  return base.href;
}

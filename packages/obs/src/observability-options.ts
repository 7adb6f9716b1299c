import type { LogLevel } from '@tta/obs-logging';
import type { Destination, TailSamplingConfig, TracingOptions } from '@tta/obs-tracing';

/** What `initializeObservability()` sets up. Everything is optional. */
export interface ObservabilityOptions {
  /** Shown as the origin of every trace. @defaultValue OTEL_SERVICE_NAME, else 'tta-workflow' */
  readonly serviceName?: string;
  /** `service.version` of the resource. @defaultValue none */
  readonly serviceVersion?: string;
  /** Send traces to the local service. @defaultValue true, unless OTEL_TRACES_EXPORTER is none */
  readonly enableTtaUi?: boolean;
  /** @defaultValue TTA_UI_ENDPOINT, else 'http://127.0.0.1:8765' */
  readonly ttaUiEndpoint?: string;
  /**
   * Folder where traces wait on disk while the local service is down, until it is back; 64 MiB at most.
   * With `false` they wait in memory, and are gone with the process.
   *
   * @defaultValue `tta-obs/spool` in the user's folder for data of programs
   */
  readonly spoolDirectory?: string | false;
  /** Serve metrics for Prometheus on loopback. @defaultValue false, unless OTEL_METRICS_EXPORTER says so */
  readonly enablePrometheus?: boolean;
  /** @defaultValue OTEL_EXPORTER_PROMETHEUS_PORT, else 9464 */
  readonly prometheusPort?: number;
  /**
   * Another place to send traces to by OTLP, e.g. `http://127.0.0.1:4318`; `v1/traces` is appended unless
   * the protocol is gRPC. Protocol, headers and the like are the environment's.
   *
   * @defaultValue OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, else OTEL_EXPORTER_OTLP_ENDPOINT, else none
   */
  readonly otlpEndpoint?: string;
  /** Further places to send traces to, each with all it needs. Nothing of the environment applies to them. */
  readonly destinations?: readonly Destination[];
  /**
   * Decides when a span begins whether its trace is recorded.
   *
   * @defaultValue OTEL_TRACES_SAMPLER, else as the caller decided, and every trace that has no caller
   */
  readonly sampler?: NonNullable<TracingOptions['sampler']>;
  /**
   * Further span processors, e.g. the adaptive sampler, which hears by them how traces end. @defaultValue none
   */
  readonly spanProcessors?: NonNullable<TracingOptions['spanProcessors']>;
  /**
   * Decides once a trace is over whether it is sent, in the words of the OpenTelemetry Collector's tail sampling
   * processor. The local service gets every trace all the same. @defaultValue every trace is sent
   */
  readonly tailSampling?: TailSamplingConfig;
  /**
   * Keys of the baggage entries that may leave the process, and that show as attributes `baggage.<key>`. Baggage
   * comes from whoever sent the request and may hold what must not be stored. @defaultValue none
   */
  readonly baggageKeys?: readonly string[];
  /** Least level of log lines, which go to standard error. @defaultValue TTA_LOG_LEVEL, else 'warn' */
  readonly logLevel?: LogLevel;
  /**
   * Whether each step has a span of its own above its primitive's; `false` halves the number of spans.
   * @defaultValue true
   */
  readonly stepSpans?: boolean;
}

import type { Pricing } from '@tta/obs-context';
import type { LogLevel, LogSampling, RedactorOptions } from '@tta/obs-logging';
import type { SloAlertChange, SloDefinition } from '@tta/obs-metrics';
import type { Destination, TailSamplingConfig, TracingOptions } from '@tta/obs-tracing';

/** What `initializeObservability()` sets up. Everything is optional. */
export interface ObservabilityOptions {
  /** Shown as the origin of every trace. @defaultValue OTEL_SERVICE_NAME, else 'tta-workflow' */
  readonly serviceName?: string;
  /** `service.version` of the resource. @defaultValue none */
  readonly serviceVersion?: string;
  /**
   * Send traces and log lines to the local service; log lines only unless OTEL_LOGS_EXPORTER is none.
   * @defaultValue true, unless OTEL_TRACES_EXPORTER is none
   */
  readonly enableTtaUi?: boolean;
  /** @defaultValue TTA_UI_ENDPOINT, else 'http://127.0.0.1:8765' */
  readonly ttaUiEndpoint?: string;
  /**
   * What the local service asks to be shown, where it does: 16 to 256 printable ASCII characters.
   * @defaultValue TTA_UI_TOKEN, else none
   */
  readonly ttaUiToken?: string;
  /**
   * Folder where traces and log lines wait on disk while the local service is down, until it is back; 64 MiB of
   * each at most. With `false` they wait in memory, and are gone with the process.
   *
   * @defaultValue `tta-obs/spool` in the user's folder for data of programs
   */
  readonly spoolDirectory?: string | false;
  /** Serve metrics for Prometheus on loopback. @defaultValue false, unless OTEL_METRICS_EXPORTER says so */
  readonly enablePrometheus?: boolean;
  /** @defaultValue OTEL_EXPORTER_PROMETHEUS_PORT, else 9464 */
  readonly prometheusPort?: number;
  /**
   * Label sets that a metric may have; all further ones are counted together, and a line of the log says which label
   * has too many values. @defaultValue 2000
   */
  readonly cardinalityLimit?: number;
  /**
   * Service level objectives, each made by `defineSlo`. They are served as the metrics `slo.*`; alerts are lines of
   * the log: of level error for what somebody has to look at now, of level warn for what can wait and for what is
   * over.
   *
   * @defaultValue none
   */
  readonly slos?: readonly SloDefinition[];
  /**
   * Also hears of each alert of an SLO, when it fires and when it resolves. Alerts are judged once more at the end of
   * the program; at `process.exit()` nothing that it begins there and waits for comes to its end.
   *
   * @defaultValue nobody does
   */
  readonly onSloAlert?: (change: SloAlertChange) => void | PromiseLike<void>;
  /**
   * Estimates what a model call costs where the caller does not say it; `false` for no estimates. Own prices:
   * `priceTable({ prices })` of `@tta/obs-metrics`.
   *
   * @defaultValue list prices, loaded with the first estimate
   */
  readonly pricing?: Pricing | false;
  /**
   * Measure the processor time and the heap that an execution uses; exact for one that no other overlaps with.
   * @defaultValue false
   */
  readonly measureProcess?: boolean;
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
  /**
   * Least level of the log lines on standard error. To the local service and other destinations go lines of level
   * info and above, with 'debug' all. @defaultValue TTA_LOG_LEVEL, else 'warn'
   */
  readonly logLevel?: LogLevel;
  /** `json`: one object a line. `pretty`: for a person. @defaultValue 'pretty' at a terminal, else 'json' */
  readonly logFormat?: 'json' | 'pretty';
  /** Which of many log lines are written. Errors and lines about SLOs and telemetry always are. @defaultValue all */
  readonly logSampling?: LogSampling;
  /**
   * What else is secret in log lines, beside what is taken out anyway: passwords, tokens, keys, e-mail addresses
   * and the like, by the names of fields and by their form. `false` leaves everything in.
   *
   * @defaultValue nothing else
   */
  readonly redaction?: RedactorOptions | false;
  /**
   * Whether each step has a span of its own above its primitive's; `false` halves the number of spans.
   * @defaultValue true
   */
  readonly stepSpans?: boolean;
  /**
   * Whether spans tell the size of every input and output, as `input.size_bytes` and `output.size_bytes`; those of texts
   * and binary data are told in any case. @defaultValue false; true where content is captured
   */
  readonly measureSizes?: boolean;
  /**
   * Put what each execution is given and returns on its span, as `input.value` and `output.value`, without the secrets
   * that `redaction` takes out, and cut to `maxLength` characters each, 32768 at most. With `redaction: false` nothing is
   * taken out; else there are 8 levels of a value at most, 200 entries of each object or list and 2,000 values.
   *
   * @defaultValue TTA_CAPTURE_CONTENT, else false; `maxLength` is 8192
   */
  readonly captureContent?: boolean | { readonly maxLength: number };
  /**
   * Observe calls of models that the program makes with clients of its own: the AI SDK, without a line in the program, and
   * every client that an instrumentation of OpenTelemetry, OpenInference or OpenLLMetry makes spans of. Inside executions
   * their tokens and cost are in the metrics and sums, once, whatever is combined.
   *
   * @defaultValue TTA_OBSERVE_MODEL_CLIENTS, else true
   */
  readonly observeModelClients?: boolean;
}

import { ttaObsProgram } from './tta-obs-program.ts';

/** Something to copy. */
export interface Snippet {
  /** What it is, and where it goes. */
  readonly title: string;
  readonly text: string;
}

/** A program, or a kind of programs, that can send its telemetry here. */
export interface Client {
  readonly id: string;
  readonly name: string;
  readonly snippets: readonly Snippet[];
  /** What else one has to know. */
  readonly note?: string;
  /** Finds its traces, in the query language; without one they cannot be told from those of others. */
  readonly query?: string;
  /** What `query` misses or finds besides, or why there is none. */
  readonly queryNote?: string;
}

/**
 * How each client sends to the service at `origin`.
 *
 * @param origin - Such as `http://127.0.0.1:8765`: it takes OTLP by HTTP, protobuf and JSON, at `/v1/…`.
 */
export function clientsOf(origin: string): readonly Client[] {
  const settings = [`OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`, 'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf'];
  // One on each line, for a line that is too long breaks where a shell would not go on.
  const variables = settings.join(' \\\n  ');
  return [
    {
      id: 'tta-obs',
      name: '@tta/obs',
      snippets: [
        { title: 'Install', text: 'npm install @tta/obs @tta/obs-primitives' },
        { title: 'Run', text: ttaObsProgram(origin) },
        { title: 'Or instead of ttaUiEndpoint', text: `TTA_UI_ENDPOINT=${origin}` },
      ],
      query: 'has:primitive OR attr.telemetry.distro.name:tta-obs',
    },
    {
      id: 'otel-js',
      name: 'OpenTelemetry for Node.js',
      snippets: [
        {
          title: 'Install',
          text: 'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node',
        },
        {
          title: 'Run',
          text: `OTEL_SERVICE_NAME=my-app ${variables} \\\n  node --require @opentelemetry/auto-instrumentations-node/register app.js`,
        },
      ],
      note: 'A program that sets OpenTelemetry up by itself needs the variables alone.',
      query: 'attr.telemetry.sdk.language:nodejs,webjs -attr.telemetry.distro.name:tta-obs',
      queryNote: 'Libraries that run on it, as the AI SDK does, count here as well.',
    },
    {
      id: 'otel-python',
      name: 'OpenTelemetry for Python',
      snippets: [
        {
          title: 'Install',
          text: 'pip install opentelemetry-distro opentelemetry-exporter-otlp\nopentelemetry-bootstrap -a install',
        },
        {
          title: 'Run',
          text: `OTEL_SERVICE_NAME=my-app ${variables} \\\n  opentelemetry-instrument python app.py`,
        },
      ],
      query: 'attr.telemetry.sdk.language:python',
      queryNote: 'Libraries that run on it count here as well.',
    },
    {
      id: 'ai-sdk',
      name: 'AI SDK',
      snippets: [
        {
          title: 'AI SDK 7: @tta/obs observes its calls by itself',
          text: `import { initializeObservability } from '@tta/obs';\n\ninitializeObservability({ serviceName: 'my-app', ttaUiEndpoint: '${origin}' });`,
        },
        {
          title: 'AI SDK 5 and 6: in each call, with OpenTelemetry for Node.js or @tta/obs set up',
          text: 'experimental_telemetry: { isEnabled: true },',
        },
      ],
      query: 'has:attr.ai.operationId OR has:attr.gen_ai.client.operation.duration',
      queryNote:
        'Spans of the AI SDK itself. Calls that @tta/obs observes in steps of its own count under @tta/obs.',
    },
    {
      id: 'openinference',
      name: 'OpenInference',
      snippets: [
        {
          title: 'Install, here for the OpenAI client',
          text: 'pip install openinference-instrumentation-openai opentelemetry-sdk opentelemetry-exporter-otlp',
        },
        { title: 'At the start of the program', text: openInferenceProgram(origin) },
      ],
      query: 'has:attr.openinference.span.kind',
    },
    {
      id: 'claude-code',
      name: 'Claude Code',
      snippets: [
        {
          title: 'In ~/.claude/settings.json',
          text: json({
            env: {
              CLAUDE_CODE_ENABLE_TELEMETRY: '1',
              CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
              OTEL_TRACES_EXPORTER: 'otlp',
              OTEL_LOGS_EXPORTER: 'otlp',
              OTEL_METRICS_EXPORTER: 'otlp',
              OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
              OTEL_EXPORTER_OTLP_ENDPOINT: origin,
            },
          }),
        },
        {
          title: 'Beside them, for what was said and what tools were given',
          text: '"OTEL_LOG_USER_PROMPTS": "1",\n"OTEL_LOG_ASSISTANT_RESPONSES": "1",\n"OTEL_LOG_TOOL_DETAILS": "1",\n"OTEL_LOG_TOOL_CONTENT": "1"',
        },
      ],
      note: 'Settings of a project are not read for this, those of the user are.',
      query: 'service:claude-code OR name:claude_code.*',
    },
    {
      id: 'codex',
      name: 'Codex CLI',
      snippets: [{ title: 'In ~/.codex/config.toml', text: codexSettings(origin) }],
      note: 'It tells what it was asked, too; without the last line it does not.',
      query: 'service:codex*',
    },
    {
      id: 'gemini-cli',
      name: 'Gemini CLI',
      snippets: [
        {
          title: 'In ~/.gemini/settings.json',
          text: json({
            telemetry: {
              enabled: true,
              traces: true,
              target: 'local',
              otlpEndpoint: origin,
              otlpProtocol: 'http',
            },
          }),
        },
      ],
      note: 'It tells prompts unless logPrompts is false.',
      query: 'service:gemini-cli',
    },
    {
      id: 'copilot',
      name: 'GitHub Copilot',
      snippets: [
        {
          title: 'Copilot CLI',
          text: `COPILOT_OTEL_ENABLED=true OTEL_EXPORTER_OTLP_ENDPOINT=${origin} copilot`,
        },
        {
          title: 'Copilot Chat, in settings.json of VS Code; then reload the window',
          text: `"github.copilot.chat.otel.enabled": true,\n"github.copilot.chat.otel.exporterType": "otlp-http",\n"github.copilot.chat.otel.otlpEndpoint": "${origin}"`,
        },
      ],
      note: 'What was said comes with OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true, in VS Code with github.copilot.chat.otel.captureContent.',
      query: 'service:github-copilot,copilot-chat',
    },
    {
      id: 'collector',
      name: 'OpenTelemetry Collector',
      snippets: [{ title: 'In its configuration', text: collectorSettings(origin) }],
      queryNote:
        'What comes through a Collector looks as it was sent, so it cannot be told from what came by itself.',
    },
    {
      id: 'curl',
      name: 'curl',
      snippets: [{ title: 'Sends one span', text: curlCommand(origin) }],
      query: 'service:curl',
    },
    {
      id: 'other',
      name: 'Anything else that speaks OTLP',
      snippets: [{ title: 'Variables that every OpenTelemetry SDK reads', text: settings.join('\n') }],
      note: `By HTTP, protobuf or JSON, at ${origin}/v1/traces, /v1/logs and /v1/metrics.`,
      queryNote: 'All traces are in the list, whoever sent them.',
    },
  ];
}

/** What programs show to a service that wants a token. */
export const TOKEN_SNIPPETS: readonly Snippet[] = [
  { title: '@tta/obs and tta-obs', text: 'TTA_UI_TOKEN=TOKEN' },
  { title: 'Every other SDK', text: 'OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN' },
];

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function openInferenceProgram(origin: string): string {
  return `from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter("${origin}/v1/traces")))
OpenAIInstrumentor().instrument(tracer_provider=provider)`;
}

function codexSettings(origin: string): string {
  const exporter = (signal: string): string =>
    `{ otlp-http = { endpoint = "${origin}/v1/${signal}", protocol = "binary" } }`;
  return `[otel]
trace_exporter = ${exporter('traces')}
exporter = ${exporter('logs')}
metrics_exporter = ${exporter('metrics')}
log_user_prompt = true`;
}

function collectorSettings(origin: string): string {
  return `exporters:
  otlphttp/tta:
    endpoint: ${origin}
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [otlphttp/tta]`;
}

function curlCommand(origin: string): string {
  const random = (bytes: number): string => `'$(od -An -N${bytes} -tx1 /dev/urandom | tr -d ' \\n')'`;
  const span = {
    traceId: random(16),
    spanId: random(8),
    name: 'hello',
    startTimeUnixNano: "'$(date +%s)000000000'",
    endTimeUnixNano: "'$(date +%s)250000000'",
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'curl' } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
  // The shell reads what is between the quotes: a backslash is none of JSON's.
  return `curl ${origin}/v1/traces -H 'content-type: application/json' -d '${body.replaceAll('\\\\', '\\')}'`;
}

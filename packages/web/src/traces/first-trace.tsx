import { CopyButton } from '../shell/copy-button.tsx';
import { firstTraceSnippet } from './first-trace-snippet.ts';

/** What a new user sees; the list takes its place with the first trace. */
export function FirstTrace() {
  const install = 'npm install @tta/obs @tta/obs-primitives';
  const snippet = firstTraceSnippet(location.origin);
  const environment = `OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`;
  return (
    <section class="first-trace">
      <h1>Waiting for the first trace</h1>
      <p>Run this, and the trace appears here at once.</p>
      <Snippet text={install} what="the command" />
      <Snippet text={snippet} what="the program" />
      <p>A program that speaks OpenTelemetry already needs only its address:</p>
      <Snippet text={environment} what="the variable" />
    </section>
  );
}

function Snippet({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div class="snippet">
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}

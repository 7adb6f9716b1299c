import { CopyButton } from '../shell/copy-button.tsx';
import { firstTraceSnippet } from './first-trace-snippet.ts';

/** What a new user sees; the list takes its place with the first trace. */
export function FirstTrace() {
  const snippet = firstTraceSnippet(location.origin);
  const environment = `OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`;
  const token = 'OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN';
  return (
    <section class="first-trace">
      <h1>Waiting for the first trace</h1>
      <p>A program that speaks OpenTelemetry needs nothing but the address of this service:</p>
      <Snippet text={environment} what="the variables" />
      <p>
        Where this page was opened with a token, programs show it as well, in place of <code>TOKEN</code>:
      </p>
      <Snippet text={token} what="the variable of the token" />
      <p>
        With <code>@tta/obs</code> and <code>@tta/obs-primitives</code>, run this, and the trace appears here
        at once:
      </p>
      <Snippet text={snippet} what="the program" />
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

import { formatDuration } from '../format/duration.ts';
import { useAnswer } from '../service/use-answer.tsx';
import type { Viewer } from '../viewer.ts';
import { refusedText } from './refused-text.ts';

/** Where the service listens, which one it is, and whether it took all that it was sent. */
export function ServiceFacts({ viewer }: { readonly viewer: Viewer }) {
  const answer = useAnswer(viewer, 'health', (signal) => viewer.client.health(signal));
  const health = answer.kind === 'shown' ? answer.value : undefined;
  const { origin } = new URL(document.baseURI);
  const further = health?.ports.slice(1) ?? [];
  const refused = health === undefined ? undefined : refusedText(health.refused);
  return (
    <>
      <p>
        Programs send OTLP to <code>{origin}</code>
        {further.length > 0 &&
          `, and where many of them send without being told: port ${further.join(' and ')} of the same machine`}
        . Beside each client stands its newest trace; logs and metrics alone do not count.
      </p>
      {health !== undefined && (
        <p class="muted">
          Version {health.version}, running for {formatDuration(health.uptimeMs)}.
          {refused !== undefined && ` It has refused ${refused}: its log says why.`}
        </p>
      )}
    </>
  );
}

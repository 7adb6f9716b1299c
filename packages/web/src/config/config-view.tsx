import { useAnswer } from '../service/use-answer.tsx';
import type { ThemeSetting } from '../theme.ts';
import type { Viewer } from '../viewer.ts';
import { ClientList } from './client-list.tsx';
import { PageSection } from './page-section.tsx';
import { RetentionSection } from './retention-section.tsx';

export interface ConfigViewProps {
  readonly viewer: Viewer;
  readonly theme: ThemeSetting;
}

/** Who sends, what is kept, and how the page is. */
export function ConfigView({ viewer, theme }: ConfigViewProps) {
  return (
    <div class="config">
      <h1>Config</h1>
      <section aria-labelledby="connect">
        <h2 id="connect">Connect</h2>
        <Addresses viewer={viewer} />
        <ClientList viewer={viewer} />
      </section>
      <RetentionSection viewer={viewer} />
      <PageSection theme={theme} />
    </div>
  );
}

function Addresses({ viewer }: { readonly viewer: Viewer }) {
  const health = useAnswer(viewer, 'health', (signal) => viewer.client.health(signal));
  const { origin } = new URL(document.baseURI);
  const further = health.kind === 'shown' ? health.value.ports.slice(1) : [];
  return (
    <p>
      Programs send OTLP to <code>{origin}</code>
      {further.length > 0 && (
        <>
          , and where many of them send without being told: port {further.join(' and ')} of the same machine
        </>
      )}
      . Beside each client stands its newest trace; logs and metrics alone do not count.
    </p>
  );
}

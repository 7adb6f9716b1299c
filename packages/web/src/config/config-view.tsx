import type { ThemeSetting } from '../theme.ts';
import type { Viewer } from '../viewer.ts';
import { ClientList } from './client-list.tsx';
import { PageSection } from './page-section.tsx';
import { RetentionSection } from './retention-section.tsx';
import { ServiceFacts } from './service-facts.tsx';

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
        <ServiceFacts viewer={viewer} />
        <ClientList viewer={viewer} />
      </section>
      <RetentionSection viewer={viewer} />
      <PageSection theme={theme} />
    </div>
  );
}

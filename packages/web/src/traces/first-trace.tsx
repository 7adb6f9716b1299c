import { ClientList } from '../config/client-list.tsx';
import { useAnswer } from '../service/use-answer.tsx';
import type { Viewer } from '../viewer.ts';
import { arrivalText } from './arrival-text.ts';

/** What a new user sees; the list takes its place with the first trace. */
export function FirstTrace({ viewer }: { readonly viewer: Viewer }) {
  const health = useAnswer(viewer, 'health', (signal) => viewer.client.health(signal));
  const { host } = new URL(document.baseURI);
  return (
    <section class="first-trace">
      <h1>Waiting for the first trace</h1>
      <p class="muted" role="status">
        {health.kind === 'shown' ? arrivalText(host, health.value) : `Asking the service at ${host}…`}
      </p>
      <p>Send one from a program of yours, or from a coding agent: it appears here at once.</p>
      <ClientList viewer={viewer} openId="tta-obs" />
    </section>
  );
}

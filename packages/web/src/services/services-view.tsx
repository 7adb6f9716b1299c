import type { ServiceMap } from '@tta/obs-protocol';
import { countOf } from '../format/count.ts';
import { lengthText, WindowChoice } from '../overview/window-choice.tsx';
import { formatRoute } from '../route.ts';
import { knownOf } from '../service/live-answer.ts';
import { useAnswer } from '../service/use-answer.tsx';
import { Notice, NoAnswer } from '../shell/notice.tsx';
import { windowMs } from '../time-window.ts';
import type { TimeWindow } from '../time-window.ts';
import type { Viewer } from '../viewer.ts';
import { ServiceMapView } from './service-map-view.tsx';
import { ServiceTable } from './service-table.tsx';

/** The services, and who calls whom. */
export function ServicesView({ viewer }: { readonly viewer: Viewer }) {
  const route = viewer.route.value;
  if (route.view !== 'services') return null;
  const { window } = route;
  return (
    <div class="services">
      <header class="view-head">
        <h1>Services</h1>
        <WindowChoice
          window={window}
          onChoose={(chosen) => viewer.go({ view: 'services', window: chosen }, 'replace')}
        />
      </header>
      <Services viewer={viewer} window={window} />
    </div>
  );
}

function Services({ viewer, window }: { readonly viewer: Viewer; readonly window: TimeWindow }) {
  const answer = useAnswer<ServiceMap>(viewer, `services ${window}`, (signal) => {
    const untilMs = Date.now();
    return viewer.client.serviceMap({ sinceMs: untilMs - windowMs(window), untilMs, signal });
  });
  const map = knownOf(answer);
  if (map === undefined)
    return answer.kind === 'shown' ? null : <NoAnswer answer={answer} what="the services" />;
  if (map.nodes.length === 0) return <NoServices window={window} />;
  const called = new Set(map.edges.flatMap(({ from, to }) => (from === to ? [] : [from, to])));
  const alone = map.nodes.filter(({ id }) => !called.has(id)).length;
  return (
    <div class={answer.kind === 'loading' ? 'is-pending' : undefined} aria-busy={answer.kind === 'loading'}>
      <p class={map.isComplete ? 'map-extent' : 'map-extent is-partial'}>
        {map.isComplete
          ? `From all ${countOf(map.traceCount, 'trace', 'traces')} of the last ${lengthText(window)} that are stored.`
          : `From the newest ${countOf(map.traceCount, 'trace', 'traces')} of the last ${lengthText(window)}: there are more than could be looked at. A shorter window may be told in full.`}
        {answer.kind === 'shown' &&
          answer.isOutdated &&
          ' The service does not answer: this is not up to date.'}
      </p>
      <section aria-labelledby="map-title">
        <header class="section-head">
          <h2 id="map-title">Map</h2>
          {called.size > 0 && alone > 0 && (
            <span class="muted">
              {alone === 1 ? '1 service that calls nothing is' : `${alone} services that call nothing are`} in
              the table only
            </span>
          )}
        </header>
        {called.size === 0 ? (
          <p class="section-empty">
            No service called another one, a model, a database, a queue or a host that its spans tell of.
          </p>
        ) : (
          <ServiceMapView map={map} window={window} />
        )}
      </section>
      <section aria-labelledby="calls-title">
        <header class="section-head">
          <h2 id="calls-title">Calls</h2>
        </header>
        <ServiceTable map={map} window={window} />
      </section>
    </div>
  );
}

function NoServices({ window }: { readonly window: TimeWindow }) {
  return (
    <Notice kind="empty" title={`No service sent a trace in the last ${lengthText(window)}`}>
      <p>
        {window !== '30d' && (
          <>
            <a href={formatRoute({ view: 'services', window: '30d' })}>Look at the last 30 days</a>, or{' '}
          </>
        )}
        <a href={formatRoute({ view: 'config' })}>see how to send traces</a>. What comes in shows up here by
        itself.
      </p>
    </Notice>
  );
}

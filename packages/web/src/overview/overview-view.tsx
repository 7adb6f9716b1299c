import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import type { PrimitiveStatsList } from '@tta/obs-protocol';
import { formatRoute } from '../route.ts';
import { knownOf } from '../service/live-answer.ts';
import { useAnswer } from '../service/use-answer.tsx';
import type { Answer } from '../service/use-answer.tsx';
import { Notice, NoAnswer } from '../shell/notice.tsx';
import { windowMs } from '../time-window.ts';
import type { TimeWindow } from '../time-window.ts';
import type { Viewer } from '../viewer.ts';
import { ErrorTable } from './error-table.tsx';
import { FigureCards } from './figure-cards.tsx';
import { PrimitiveTable } from './primitive-table.tsx';
import { RunChart } from './run-chart-view.tsx';
import { ServiceChoice } from './service-choice.tsx';
import { spanOfTimeQuery } from './trace-queries.ts';
import { UsageTable } from './usage-table.tsx';
import { lengthText, WindowChoice } from './window-choice.tsx';
import { askWindowFigures } from './window-figures.ts';
import type { WindowFigures } from './window-figures.ts';

interface WindowProps {
  readonly viewer: Viewer;
  readonly window: TimeWindow;
  readonly service: string | undefined;
}

/** How everything did lately: the figures, where the time goes, what fails and what it costs. */
export function OverviewView({ viewer }: { readonly viewer: Viewer }) {
  const scroller = useRef<HTMLDivElement>(null);
  const route = viewer.route.value;
  if (route.view !== 'overview') return null;
  const { window, service } = route;
  const choose = (chosen: TimeWindow, of: string | undefined): void =>
    viewer.go({ view: 'overview', window: chosen, ...(of !== undefined && { service: of }) }, 'replace');
  return (
    <div class="overview" ref={scroller}>
      <header class="view-head">
        <h1>Overview</h1>
        <WindowChoice window={window} onChoose={(chosen) => choose(chosen, service)} />
        <ServiceChoice viewer={viewer} service={service} onChoose={(chosen) => choose(window, chosen)} />
      </header>
      <Figures viewer={viewer} window={window} service={service} scroller={scroller} />
    </div>
  );
}

function Figures({
  viewer,
  window,
  service,
  scroller,
}: WindowProps & { readonly scroller: RefObject<HTMLElement> }) {
  const key = `${window} ${service ?? ''}`;
  const answer = useAnswer<WindowFigures>(viewer, `figures ${key}`, (signal) =>
    askWindowFigures(viewer.client, { window, service, nowMs: Date.now() }, signal),
  );
  const primitives = useAnswer<PrimitiveStatsList>(viewer, `primitives ${key}`, (signal) => {
    const untilMs = Date.now();
    return viewer.client.primitiveStats({ sinceMs: untilMs - windowMs(window), untilMs, service, signal });
  });
  const figures = knownOf(answer);
  if (figures === undefined)
    return answer.kind === 'shown' ? null : <NoAnswer answer={answer} what="the figures" rows={8} />;
  const isEmpty =
    figures.now.traceCount === 0 && figures.usage.items.length === 0 && figures.now.activeCount === 0;
  return (
    <div
      class={`${answer.kind === 'loading' ? 'is-pending' : ''} ${service === undefined ? '' : 'is-of-one-service'}`}
      aria-busy={answer.kind === 'loading'}
    >
      {answer.kind === 'shown' && answer.isOutdated && (
        <p class="outdated" role="status">
          The service does not answer: these figures are not up to date.
        </p>
      )}
      <FigureCards figures={figures} window={window} service={service} />
      {isEmpty ? (
        <Nothing viewer={viewer} window={window} service={service} />
      ) : (
        <>
          <RunChart
            series={figures.series}
            onOpen={({ startMs, endMs }) =>
              viewer.go({ view: 'traces', query: spanOfTimeQuery(startMs, endMs, service) })
            }
          />
          <div class="side-by-side">
            <ErrorTable viewer={viewer} window={window} service={service} />
            <UsageTable viewer={viewer} report={figures.usage} window={window} service={service} />
          </div>
          <Primitives viewer={viewer} answer={primitives} window={window} scroller={scroller} />
        </>
      )}
    </div>
  );
}

interface PrimitivesProps extends Omit<WindowProps, 'service'> {
  readonly answer: Answer<PrimitiveStatsList>;
  readonly scroller: RefObject<HTMLElement>;
}

function Primitives({ viewer, answer, window, scroller }: PrimitivesProps) {
  const list = knownOf(answer);
  if (list === undefined)
    return answer.kind === 'shown' ? null : <NoAnswer answer={answer} what="the primitives" />;
  if (list.items.length === 0)
    return (
      <section aria-labelledby="primitives-title">
        <header class="section-head">
          <h2 id="primitives-title">Primitives</h2>
        </header>
        <p class="section-empty">
          No primitive ran in the last {lengthText(window)}. Steps that are composed with{' '}
          <code>@tta/obs-primitives</code> are summed up here.
        </p>
      </section>
    );
  return <PrimitiveTable viewer={viewer} items={list.items} window={window} scroller={scroller} />;
}

/** Nothing to sum up: says what to do about it. */
function Nothing({ viewer, window, service }: WindowProps) {
  const of = service === undefined ? '' : ` of ${service}`;
  return (
    <Notice kind="empty" title={`No traces${of} in the last ${lengthText(window)}`}>
      <p>
        {window !== '30d' && (
          <>
            <a
              href={formatRoute({
                view: 'overview',
                window: '30d',
                ...(service !== undefined && { service }),
              })}
            >
              Look at the last 30 days
            </a>
            {service === undefined ? ', or ' : '. '}
          </>
        )}
        {service === undefined ? (
          <a href={formatRoute({ view: 'config' })}>see how to send traces</a>
        ) : (
          <a href={formatRoute({ view: 'overview', window })}>Look at all services</a>
        )}
        . What comes in shows up here by itself
        {viewer.connection.value === 'live' ? '' : ', once the service can be reached'}.
      </p>
    </Notice>
  );
}

import { useSignal } from '@preact/signals';
import type { ErrorGroup, ErrorGroupList } from '@tta/obs-protocol';
import { exactCount, formatCount } from '../format/count.ts';
import { absoluteTime, relativeTime } from '../format/moment.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { formatRoute } from '../route.ts';
import { knownOf } from '../service/live-answer.ts';
import { useAnswer } from '../service/use-answer.tsx';
import { NoAnswer } from '../shell/notice.tsx';
import type { TimeWindow } from '../time-window.ts';
import { windowMs } from '../time-window.ts';
import type { Viewer } from '../viewer.ts';
import { lengthText } from './window-choice.tsx';

const FIRST_LIMIT = 8;
const MOST = 200;

interface ErrorTableProps {
  readonly viewer: Viewer;
  readonly window: TimeWindow;
  readonly service: string | undefined;
}

/** What goes wrong most, by its cause. */
export function ErrorTable({ viewer, window, service }: ErrorTableProps) {
  const limit = useSignal(FIRST_LIMIT);
  const key = `errors ${window} ${limit.value} ${service ?? ''}`;
  const answer = useAnswer<ErrorGroupList>(viewer, key, (signal) => {
    const untilMs = Date.now();
    return viewer.client.errors({
      sinceMs: untilMs - windowMs(window),
      untilMs,
      service,
      limit: limit.value,
      signal,
    });
  });
  const list = knownOf(answer);
  return (
    <section aria-labelledby="errors-title">
      <header class="section-head">
        <h2 id="errors-title">Top errors</h2>
        <span class="muted">each where it arose</span>
      </header>
      {list === undefined ? (
        answer.kind !== 'shown' && <NoAnswer answer={answer} what="errors" rows={3} />
      ) : list.items.length === 0 ? (
        <p class="section-empty">Nothing failed in the last {lengthText(window)}.</p>
      ) : (
        <>
          <table class="figure-table error-table">
            <thead>
              <tr>
                <th scope="col">Error</th>
                <th scope="col" class="is-service is-wide">
                  Service
                </th>
                <th scope="col" class="num is-figure is-calls">
                  Count
                </th>
                <th scope="col" class="num is-time is-wide">
                  First seen
                </th>
                <th scope="col" class="num is-time">
                  Last seen
                </th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((group) => (
                <ErrorRow key={group.fingerprint} viewer={viewer} group={group} />
              ))}
            </tbody>
          </table>
          {list.nextCursor !== null && limit.value < MOST && (
            <button
              type="button"
              class="button more"
              onClick={() => {
                limit.value = Math.min(MOST, limit.value * 4);
              }}
            >
              Show more errors
            </button>
          )}
        </>
      )}
    </section>
  );
}

function ErrorRow({ viewer, group }: { readonly viewer: Viewer; readonly group: ErrorGroup }) {
  const { type, message, category, serviceName, spanName, count, firstTimeMs, lastTimeMs } = group;
  const route = { view: 'trace', traceId: group.traceId, spanId: group.spanId } as const;
  const nowMs = Date.now();
  return (
    <tr
      class="is-link"
      onClick={(event) => {
        if (!(event.target as Element).matches('a')) viewer.go(route);
      }}
    >
      <th scope="row" title={`${message ?? ''}\n\nin ${spanName}${category === null ? '' : `, ${category}`}`}>
        <a href={formatRoute(route)} title="Its newest trace">
          {withoutDirectionMarks(type ?? spanName)}
        </a>
        <span class="group-message">{withoutDirectionMarks(message ?? 'no message')}</span>
      </th>
      <td class="clip is-service-name is-wide" title={serviceName}>
        {withoutDirectionMarks(serviceName)}
      </td>
      <td class="num" title={exactCount(count)}>
        {formatCount(count)}
      </td>
      <td class="num muted is-wide" title={absoluteTime(firstTimeMs)}>
        {relativeTime(firstTimeMs, nowMs)}
      </td>
      <td class="num muted" title={absoluteTime(lastTimeMs)}>
        {relativeTime(lastTimeMs, nowMs)}
      </td>
    </tr>
  );
}

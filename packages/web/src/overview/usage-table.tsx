import type { UsageGroup, UsageReport } from '@tta/obs-protocol';
import { clockTime } from '../format/clock-time.ts';
import { exactCount, formatCount } from '../format/count.ts';
import { inPercent } from '../format/percent.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { costSources, formatCost } from '../format/usd.ts';
import { formatRoute } from '../route.ts';
import type { TimeWindow } from '../time-window.ts';
import type { Viewer } from '../viewer.ts';
import { modelQuery } from './trace-queries.ts';
import { lengthText } from './window-choice.tsx';

interface UsageTableProps {
  readonly viewer: Viewer;
  readonly report: UsageReport;
  readonly window: TimeWindow;
  readonly service: string | undefined;
}

/** What each model was used for, and what it cost. */
export function UsageTable({ viewer, report, window, service }: UsageTableProps) {
  return (
    <section aria-labelledby="usage-title">
      <header class="section-head">
        <h2 id="usage-title">Usage by model</h2>
        <span class="muted">
          whole hours, since {clockTime(report.sinceMs, report.untilMs - report.sinceMs > 86_400_000)}
        </span>
      </header>
      {report.items.length === 0 ? (
        <p class="section-empty">No model was called in the last {lengthText(window)}.</p>
      ) : (
        <table class="figure-table usage-table">
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col" class="num is-figure is-calls">
                Calls
              </th>
              <th scope="col" class="num is-cached">
                <span class="head-unit">Tokens </span>in
              </th>
              <th
                scope="col"
                class="num is-cached is-wide"
                title="Share of the tokens in that came from a cache"
              >
                Cached %
              </th>
              <th scope="col" class="num is-cached">
                <span class="head-unit">Tokens </span>out
              </th>
              <th scope="col" class="num is-cost">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {report.items.map((group) => (
              <UsageRow
                key={`${group.provider} ${group.key}`}
                viewer={viewer}
                group={group}
                query={modelQuery(group, window, service)}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface UsageRowProps {
  readonly viewer: Viewer;
  readonly group: UsageGroup;
  readonly query: string;
}

function UsageRow({ viewer, group, query }: UsageRowProps) {
  const { key, provider, calls, errors, inputTokens, outputTokens, cacheReadTokens } = group;
  const route = { view: 'traces', query } as const;
  const name = key ?? 'no model told';
  return (
    <tr
      class="is-link"
      onClick={(event) => {
        if (!(event.target as Element).matches('a')) viewer.go(route);
      }}
    >
      <th scope="row" class="clip" title={provider === null ? name : `${name}, ${provider}`}>
        <a href={formatRoute(route)}>{withoutDirectionMarks(name)}</a>
        {provider !== null && <span class="muted">{withoutDirectionMarks(provider)}</span>}
      </th>
      <td class="num" title={`${exactCount(calls)} calls, ${exactCount(errors)} failed`}>
        {formatCount(calls)}
      </td>
      <td class="num" title={`${exactCount(inputTokens)} tokens`}>
        {formatCount(inputTokens)}
      </td>
      <td class="num is-wide" title={`${exactCount(cacheReadTokens)} tokens`}>
        {inputTokens === 0 ? '–' : inPercent(cacheReadTokens / inputTokens)}
      </td>
      <td class="num" title={`${exactCount(outputTokens)} tokens`}>
        {formatCount(outputTokens)}
      </td>
      <td class="num" title={costSources(group)}>
        {formatCost(group) || '–'}
      </td>
    </tr>
  );
}

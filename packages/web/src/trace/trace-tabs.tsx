import type { TraceDocument } from '@tta/obs-protocol';
import { formatCount } from '../format/count.ts';
import { formatRoute } from '../route.ts';
import type { TracePart, TraceRoute } from '../route.ts';
import type { Viewer } from '../viewer.ts';

/** The ways to look at a trace, and the key of each. */
export const TRACE_PARTS: readonly {
  readonly part: TracePart;
  readonly title: string;
  readonly key: string;
}[] = [
  { part: 'waterfall', title: 'Waterfall', key: '1' },
  { part: 'transcript', title: 'Transcript', key: '2' },
  { part: 'logs', title: 'Logs', key: '3' },
  { part: 'raw', title: 'Raw', key: '4' },
];

export interface TraceTabsProps {
  readonly viewer: Viewer;
  readonly document: TraceDocument;
  readonly route: TraceRoute;
  readonly shown: TracePart;
}

/** Leads to the ways to look at a trace, with how much there is to see. */
export function TraceTabs({ viewer, document: { summary, spans }, route, shown }: TraceTabsProps) {
  const { records, hasMore } = viewer.logs.loaded.value;
  const counts: Record<TracePart, { readonly text: string; readonly of: string } | undefined> = {
    waterfall: { text: formatCount(summary.spanCount), of: 'spans' },
    transcript: { text: formatCount(spans.ai.span.length), of: 'spans of AI programs' },
    logs: { text: `${formatCount(records.length)}${hasMore ? '+' : ''}`, of: 'log lines' },
    raw: undefined,
  };
  return (
    <nav class="trace-parts" aria-label="Ways to look at this trace">
      {TRACE_PARTS.map(({ part, title, key }) => {
        const count = counts[part];
        return (
          <a
            key={part}
            class={count?.text === '0' ? 'is-empty' : ''}
            href={formatRoute({ ...route, part })}
            aria-current={part === shown ? 'page' : undefined}
            title={`${count === undefined ? title : `${count.text} ${count.of}`} (${key})`}
          >
            {title}
            {count !== undefined && <span class="count"> {count.text}</span>}
          </a>
        );
      })}
    </nav>
  );
}

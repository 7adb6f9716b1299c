import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { SpanDetail, TraceDocument } from '@tta/obs-protocol';
import { useCommands } from '../commands/use-commands.tsx';
import { SpanLogs } from '../logs/span-logs.tsx';
import { formatRoute } from '../route.ts';
import type { TraceRoute } from '../route.ts';
import { ServiceProblem } from '../service/service-client.ts';
import { copyText } from '../shell/copy-text.ts';
import { Loading, Notice } from '../shell/notice.tsx';
import { factsOf } from '../tree/row-columns.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import type { Viewer } from '../viewer.ts';
import { aiFacts } from './ai-facts.ts';
import { AttributesSection } from './attributes-section.tsx';
import { ErrorSection } from './error-section.tsx';
import { FactList } from './fact-list.tsx';
import { primitiveWords } from './primitive-words.ts';
import { Section } from './section.tsx';
import { SpanHeading } from './span-heading.tsx';
import { EventsSection, LinksSection, ResourceSections } from './span-sections.tsx';

export interface SpanPaneProps {
  readonly viewer: Viewer;
  readonly document: TraceDocument;
  readonly tree: SpanTree;
  readonly spanId: string;
  readonly onClose: () => void;
}

type Loaded = { readonly detail: SpanDetail } | { readonly message: string } | undefined;

/** Holding an arrow key passes many rows: only the one where it rests is asked for. */
const REST_MS = 40;
/** The details of the span before stay so long, lest the pane flashes: longer they would pass for those of this one. */
const STALE_MS = 250;

/** All that was received of a span. */
export function SpanPane({ viewer, document: trace, tree, spanId, onClose }: SpanPaneProps) {
  const loaded = useSignal<Loaded>(undefined);
  const turn = useSignal(0);
  const pane = useRef<HTMLElement>(null);
  const find = useRef<HTMLInputElement>(null);
  const { traceId, startTimeMs } = trace.summary;
  const span = trace.spans.spanId.indexOf(spanId);
  const isKnown = span !== -1;
  useEffect(() => {
    const abort = new AbortController();
    const stale = setTimeout(() => {
      const before = loaded.peek();
      if (before !== undefined && (!('detail' in before) || before.detail.spanId !== spanId))
        loaded.value = undefined;
    }, STALE_MS);
    const timer = setTimeout(() => {
      viewer.client.span(traceId, spanId, abort.signal).then(
        (detail) => {
          clearTimeout(stale);
          loaded.value = { detail };
        },
        (error: unknown) => {
          clearTimeout(stale);
          if (!abort.signal.aborted) loaded.value = { message: reasonOf(error) };
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(stale);
      clearTimeout(timer);
      abort.abort();
    };
  }, [traceId, spanId, isKnown, turn.value]);
  useCommands([
    {
      title: 'Copy the id of the span',
      group: 'Span',
      keys: ['y'],
      run: () => void copyText(spanId).catch(() => undefined),
    },
    { title: 'Find in the attributes', group: 'Span', keys: ['f'], run: () => find.current?.focus() },
    { title: 'Go to the details', group: 'Span', keys: ['v'], run: () => pane.current?.focus() },
  ]);

  const shown = loaded.value;
  const row = isKnown ? (tree.rowOfSpan[span] as number) : -1;
  return (
    <aside class="pane" ref={pane} tabIndex={-1} aria-label="Details of the span">
      <button type="button" class="close" aria-label="Close details" title="Close (Esc)" onClick={onClose}>
        ×
      </button>
      {row !== -1 && (
        <SpanHeading
          tree={tree}
          row={row}
          spanId={spanId}
          traceStartMs={startTimeMs}
          service={trace.services[trace.spans.service[span] ?? -1] ?? ''}
        />
      )}
      {shown === undefined && <Loading what="the details" rows={4} />}
      {shown !== undefined && 'message' in shown && (
        <Notice
          kind="error"
          title="Could not load the details"
          onRetry={() => {
            loaded.value = undefined;
            turn.value += 1;
          }}
        >
          {shown.message}
        </Notice>
      )}
      {shown !== undefined && 'detail' in shown && (
        <SpanFacts viewer={viewer} detail={shown.detail} trace={trace} tree={tree} find={find} />
      )}
    </aside>
  );
}

interface SpanFactsProps {
  readonly viewer: Viewer;
  readonly detail: SpanDetail;
  readonly trace: TraceDocument;
  readonly tree: SpanTree;
  readonly find: { current: HTMLInputElement | null };
}

function SpanFacts({ viewer, detail, trace, tree, find }: SpanFactsProps) {
  const route = viewer.route.value;
  const here: TraceRoute = route.view === 'trace' ? route : { view: 'trace', traceId: detail.traceId };
  const hrefOf = (spanId: string): string => formatRoute({ ...here, spanId });
  const at = trace.spans.spanId.indexOf(detail.spanId);
  const words = at === -1 ? [] : primitiveWords(factsOf(trace.spans, at));
  const { ai } = detail;
  return (
    <>
      <ErrorSection detail={detail} tree={tree} hrefOf={hrefOf} />
      {words.length > 0 && (
        <Section title="How it went">
          <FactList facts={words} />
        </Section>
      )}
      {ai !== null && (
        <Section title="Model and tools">
          <FactList facts={aiFacts(ai)} />
          {here.part !== 'transcript' && (
            <p>
              <a href={formatRoute({ ...here, part: 'transcript', spanId: detail.spanId })}>
                What was said, in the transcript
              </a>
            </p>
          )}
        </Section>
      )}
      <SpanLogs viewer={viewer} trace={trace} tree={tree} spanId={detail.spanId} />
      <AttributesSection detail={detail} find={find} />
      <EventsSection detail={detail} trace={trace} hrefOf={hrefOf} />
      <LinksSection detail={detail} trace={trace} hrefOf={hrefOf} />
      <ResourceSections detail={detail} trace={trace} hrefOf={hrefOf} />
    </>
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof ServiceProblem && error.status === 404)
    return 'The service has no such span. It may not have arrived yet, or was removed because it was old.';
  return error instanceof ServiceProblem ? error.message : 'The service cannot be reached.';
}

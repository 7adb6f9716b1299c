import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AttributeJson, SpanDetail } from '@tta/obs-protocol';
import { useCommands } from '../commands/use-commands.tsx';
import { exactCount } from '../format/count.ts';
import { textSize } from '../format/text-size.ts';
import { JsonView } from '../json/json-view.tsx';
import { useAnswer } from '../service/use-answer.tsx';
import { CopyButton } from '../shell/copy-button.tsx';
import { NoAnswer, Notice } from '../shell/notice.tsx';
import type { TracePartProps } from '../trace/trace-part.ts';
import { downloadFile } from './download-file.ts';
import { traceJson } from './trace-json.ts';
import { TraceSpans } from './trace-spans.ts';

/** Larger traces are loaded when somebody asks for them. */
const LOADED_UNASKED = 5_000;

/** A trace, or the selected span of it, as the service has it. */
export function RawView(props: TracePartProps) {
  const { spanId } = props.route;
  const section = useRef<HTMLElement>(null);
  const isWhole = useSignal(spanId === undefined);
  // Who selects a span wants to see it.
  useEffect(() => {
    isWhole.value = spanId === undefined;
  }, [spanId]);
  useCommands([
    {
      title: 'Find in the JSON',
      group: 'Trace',
      keys: ['/'],
      run: () => section.current?.querySelector<HTMLInputElement>('input[type="search"]')?.select(),
    },
  ]);
  const choice = (
    <div class="segments" role="group" aria-label="What is shown">
      {[
        { title: 'Trace', whole: true },
        { title: 'Selected span', whole: false },
      ].map(({ title, whole }) => (
        <button
          key={title}
          type="button"
          aria-pressed={isWhole.value === whole}
          disabled={!whole && spanId === undefined}
          onClick={() => (isWhole.value = whole)}
        >
          {title}
        </button>
      ))}
    </div>
  );
  return (
    <section class="raw" ref={section} aria-label="Raw">
      {isWhole.value || spanId === undefined ? (
        <RawTrace {...props}>{choice}</RawTrace>
      ) : (
        <RawSpan {...props} spanId={spanId}>
          {choice}
        </RawSpan>
      )}
    </section>
  );
}

type RawProps = TracePartProps & { readonly children: ComponentChildren };

function RawTrace({ viewer, document: trace, children }: RawProps) {
  const { traceId, seq, spanCount } = trace.summary;
  const [loader] = useState(() => new TraceSpans(viewer.client.spans.bind(viewer.client)));
  /** What of the trace was there when its spans were loaded. */
  const shownSeq = useSignal(-1);
  const load = (): void => {
    shownSeq.value = seq;
    void loader.load(traceId);
  };
  useEffect(() => {
    if (spanCount <= LOADED_UNASKED) load();
  }, [traceId, seq]);
  useEffect(() => () => loader.stop(), []);
  const state = loader.state.value;
  const value = useMemo(
    () =>
      state.kind === 'shown'
        ? ({
            summary: trace.summary,
            services: trace.services,
            spans: state.spans,
          } as unknown as AttributeJson)
        : null,
    [state],
  );
  switch (state.kind) {
    case 'idle':
      return (
        <>
          <div class="raw-head">{children}</div>
          <Notice kind="empty" title={`${exactCount(spanCount)} spans`}>
            All that was received of so many takes a while to load.{' '}
            <button type="button" class="button" onClick={load}>
              Load all of it
            </button>
          </Notice>
        </>
      );
    case 'loading':
      return (
        <>
          <div class="raw-head">
            {children}
            <progress max={spanCount} value={state.count} aria-label="Spans loaded" />
            <span class="muted">
              {exactCount(state.count)} of {exactCount(spanCount)} spans
            </span>
            <button type="button" class="link-button" onClick={() => loader.stop()}>
              stop
            </button>
          </div>
        </>
      );
    case 'failed':
      return (
        <>
          <div class="raw-head">{children}</div>
          <Notice kind="error" title="Could not load the spans" onRetry={load}>
            {state.message}
          </Notice>
        </>
      );
    case 'shown': {
      const { spans, length } = state;
      const json = (): readonly string[] => traceJson(trace, spans);
      return (
        <>
          <div class="raw-head">
            {children}
            <span class="muted">
              {exactCount(spans.length)} {spans.length === 1 ? 'span' : 'spans'}, {textSize(length)}
            </span>
            {shownSeq.value < seq && (
              <button type="button" class="link-button" onClick={load}>
                the trace has changed: load it again
              </button>
            )}
            <span class="raw-space" />
            <CopyButton text={() => json().join('')} what="the trace as JSON" />
            <button
              type="button"
              class="copy"
              onClick={() => downloadFile(`trace-${traceId}.json`, 'application/json', json())}
            >
              download .json
            </button>
          </div>
          <JsonView value={value} label="the trace" fills />
        </>
      );
    }
  }
}

function RawSpan({ viewer, document: trace, spanId, children }: RawProps & { readonly spanId: string }) {
  const { traceId, seq } = trace.summary;
  const answer = useAnswer<SpanDetail>(viewer, `${traceId} ${spanId} ${seq}`, (signal) =>
    viewer.client.span(traceId, spanId, signal),
  );
  const span = answer.kind === 'shown' ? answer.value : undefined;
  const text = useMemo(() => (span === undefined ? '' : JSON.stringify(span)), [span]);
  // What comes again as it was stays as it was opened.
  const value = useMemo(() => (text === '' ? null : (JSON.parse(text) as AttributeJson)), [text]);
  return (
    <>
      <div class="raw-head">
        {children}
        {span !== undefined && (
          <>
            <span class="muted">{textSize(text.length)}</span>
            <span class="raw-space" />
            <CopyButton text={() => JSON.stringify(span, undefined, 2)} what="the span as JSON" />
            <button
              type="button"
              class="copy"
              onClick={() =>
                downloadFile(`span-${spanId}.json`, 'application/json', [JSON.stringify(span, undefined, 2)])
              }
            >
              download .json
            </button>
          </>
        )}
      </div>
      {answer.kind === 'shown' ? (
        <JsonView value={value} label="the span" fills />
      ) : (
        <NoAnswer answer={answer} what="the span" />
      )}
    </>
  );
}

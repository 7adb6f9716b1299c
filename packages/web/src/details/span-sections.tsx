import type { SpanDetail, SpanEventJson, SpanLinkJson, TraceDocument } from '@tta/obs-protocol';
import { formatDuration } from '../format/duration.ts';
import { absoluteTime } from '../format/moment.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { shortId } from '../format/short-id.ts';
import { formatRoute } from '../route.ts';
import { attributeEntries } from './attribute-groups.ts';
import { AttributeList } from './attribute-list.tsx';
import { Dropped } from './dropped.tsx';
import { FirstOf } from './first-of.tsx';
import { Section } from './section.tsx';

export interface SpanSectionProps {
  readonly detail: SpanDetail;
  readonly trace: TraceDocument;
  /** The address of a span of the trace. */
  readonly hrefOf: (spanId: string) => string;
}

export function EventsSection({ detail, trace }: SpanSectionProps) {
  const { events, droppedEventsCount } = detail;
  if (events.length === 0 && droppedEventsCount === 0) return null;
  const at = trace.spans.spanId.indexOf(detail.spanId);
  const spanStartMs = trace.spans.startMs[at] ?? 0;
  return (
    <Section title="Events" count={events.length}>
      <FirstOf key={detail.spanId} items={events}>
        {(event, index) => <EventLine key={index} event={event} spanStartMs={spanStartMs} />}
      </FirstOf>
      <Dropped count={droppedEventsCount} one="event" many="events" />
    </Section>
  );
}

function EventLine({ event, spanStartMs }: { readonly event: SpanEventJson; readonly spanStartMs: number }) {
  const entries = attributeEntries(event.attributes);
  const offsetMs = event.timeMs - spanStartMs;
  const line = (
    <>
      <bdi>{withoutDirectionMarks(event.name)}</bdi>{' '}
      <span class="muted" title={absoluteTime(Number(event.timeUnixNano) / 1e6)}>
        {formatDuration(Math.abs(offsetMs))} {offsetMs < 0 ? 'before' : 'after'} its start
      </span>
    </>
  );
  if (entries.length === 0 && event.droppedAttributesCount === 0) return <p class="event">{line}</p>;
  return (
    <details class="event">
      <summary>{line}</summary>
      <p class="muted">{absoluteTime(Number(event.timeUnixNano) / 1e6)}</p>
      <AttributeList entries={entries} />
      <Dropped count={event.droppedAttributesCount} one="attribute" many="attributes" />
    </details>
  );
}

export function LinksSection({ detail, trace, hrefOf }: SpanSectionProps) {
  const { links, droppedLinksCount } = detail;
  if (links.length === 0 && droppedLinksCount === 0) return null;
  return (
    <Section title="Links" count={links.length}>
      <FirstOf key={detail.spanId} items={links}>
        {(link, index) => <LinkLine key={index} link={link} trace={trace} hrefOf={hrefOf} />}
      </FirstOf>
      <Dropped count={droppedLinksCount} one="link" many="links" />
    </Section>
  );
}

interface LinkLineProps extends Pick<SpanSectionProps, 'trace' | 'hrefOf'> {
  readonly link: SpanLinkJson;
}

function LinkLine({ link, trace, hrefOf }: LinkLineProps) {
  const { traceId, spanId, attributes } = link;
  const isHere = traceId === trace.summary.traceId;
  const type = attributes['link.type'];
  const entries = attributeEntries(attributes).filter(({ key }) => key !== 'link.type');
  const at = isHere ? trace.spans.spanId.indexOf(spanId) : -1;
  const name = isHere
    ? (trace.spans.label[at] ?? trace.spans.name[at] ?? shortId(spanId))
    : `trace ${shortId(traceId)}`;
  return (
    <div class="link">
      <a href={isHere ? hrefOf(spanId) : formatRoute({ view: 'trace', traceId, spanId })} title={spanId}>
        <bdi>{withoutDirectionMarks(name)}</bdi>
      </a>{' '}
      {typeof type === 'string' && (
        <span class="muted">{withoutDirectionMarks(type.replaceAll('_', ' '))}</span>
      )}
      {entries.length > 0 && <AttributeList entries={entries} />}
      <Dropped count={link.droppedAttributesCount} one="attribute" many="attributes" />
    </div>
  );
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

export function ResourceSections({ detail, hrefOf }: SpanSectionProps) {
  const { scope } = detail;
  const ids = [
    { key: 'span id', value: detail.spanId },
    { key: 'trace id', value: detail.traceId },
    { key: 'kind', value: KINDS[detail.kind] ?? String(detail.kind) },
    { key: 'started', value: absoluteTime(Number(detail.startTimeUnixNano) / 1e6) },
    { key: 'ended', value: absoluteTime(Number(detail.endTimeUnixNano) / 1e6) },
    ...(detail.statusMessage === null ? [] : [{ key: 'status message', value: detail.statusMessage }]),
    ...(detail.traceState === null ? [] : [{ key: 'trace state', value: detail.traceState }]),
    { key: 'scope', value: `${scope.name} ${scope.version}`.trim() || 'none' },
    ...attributeEntries(scope.attributes),
  ];
  return (
    <>
      <Section title="Resource" count={Object.keys(detail.resource).length} isOpenByDefault={false}>
        <AttributeList entries={attributeEntries(detail.resource)} canFilter />
      </Section>
      <Section title="Ids, times and scope" isOpenByDefault={false}>
        {detail.parentSpanId !== null && (
          <p>
            <a href={hrefOf(detail.parentSpanId)}>parent span {shortId(detail.parentSpanId)}</a>
          </p>
        )}
        <AttributeList entries={ids} />
      </Section>
    </>
  );
}

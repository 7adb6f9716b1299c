import { SpanKind } from '@opentelemetry/api';
import { attributeNames as names, primitiveSpanName } from '@tta/obs-context';
import { spanForest, type SpanNode } from '../span-forest.ts';
import {
  isConcurrent,
  outcomeOf,
  personalName,
  type Trace,
  type TraceLine,
  type TraceSpan,
} from '../trace.ts';
import { stableEntries, stableString, stableText } from './stable-text.ts';

/** Spans further in are left out. */
const depthLimit = 100;

/**
 * A trace as a text that is the same in every run of the same workflow: each span with its attributes, events, links,
 * log lines, and what was begun inside it. What a run makes up (ids, times, durations, ports, stacks) is left out or
 * replaced by a word; what is begun beside each other is sorted.
 *
 * ```
 * primitive.retry.execute "ask" success
 *   · workflow.name: "review"
 *   event recovery.retry { error.category: "network" }
 *   warn "ask: retry" { error.category: "network" }
 *   primitive.retry.attempt_1 "ask" error
 * ```
 */
export function traceSnapshotText(trace: Trace): string {
  const spans = new Map(trace.spans.map((span) => [keyOf(span), span]));
  const inside = new Map<string, TraceLine[]>();
  const outside: TraceLine[] = [];
  for (const line of trace.lines) {
    const key = keyOf(line);
    if (!spans.has(key)) outside.push(line);
    else inside.set(key, [...(inside.get(key) ?? []), line]);
  }
  const text = ({ span, children }: SpanNode, depth: number): string => {
    const below = depth < depthLimit ? children.map((child) => text(child, depth + 1)) : ['… deeper'];
    return [
      headText(span, depth === 0),
      ...attributeTexts(span),
      ...span.events.map(({ name, attributes }) => `event ${name}${spaced(stableText(attributes))}`),
      ...span.links.map(({ context, attributes }) => {
        const target = spans.get(keyOf(context));
        return `link to ${target ? nameText(target) : 'a span elsewhere'}${spaced(stableText(attributes))}`;
      }),
      ...(inside.get(keyOf(span)) ?? []).map(lineText),
      ...(isConcurrent(span) ? below.sort() : below),
    ]
      .join('\n')
      .replaceAll('\n', '\n  ');
  };
  const texts = spanForest(trace.spans).map((root) => text(root, 0));
  if (outside.length > 0) texts.push(['outside of spans:', ...outside.map(lineText)].join('\n  '));
  return texts.length > 0 ? texts.join('\n') : 'nothing';
}

function keyOf({
  traceId,
  spanId,
}: {
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
}): string {
  return `${traceId}/${spanId}`;
}

function headText(span: TraceSpan, isRoot: boolean): string {
  const place =
    span.parentSpanId === undefined || !isRoot
      ? ''
      : ` (its parent is ${span.hasRemoteParent ? 'in another process' : 'missing'})`;
  return `${nameText(span)} ${outcomeOf(span)}${place}`;
}

function nameText(span: TraceSpan): string {
  const name = personalName(span);
  return stableString(name === undefined ? span.name : `${span.name} ${JSON.stringify(name)}`);
}

/** Attributes, without those that the head says already, and what else there is to say of a span. */
function attributeTexts(span: TraceSpan): readonly string[] {
  const { attributes, kind, failed, statusMessage } = span;
  const type = attributes[names.primitiveType];
  const action = attributes[names.primitiveAction];
  const isNamedSo = span.name === primitiveSpanName(String(type), String(action));
  const said: Readonly<Record<string, unknown>> = {
    [names.primitiveName]: personalName(span),
    [names.stepName]: personalName(span),
    [names.executionStatus]: outcomeOf(span),
    ...(isNamedSo && { [names.primitiveType]: type, [names.primitiveAction]: action }),
  };
  const unsaid = Object.fromEntries(Object.entries(attributes).filter(([key, value]) => value !== said[key]));
  const texts = stableEntries(unsaid).map(([key, value]) => `· ${key}: ${value}`);
  if (kind !== SpanKind.INTERNAL) texts.push(`kind ${SpanKind[kind].toLowerCase()}`);
  if (failed && statusMessage !== undefined && statusMessage !== attributes[names.errorMessage])
    texts.push(`status ${JSON.stringify(stableString(statusMessage))}`);
  return texts;
}

function lineText({ level, message, fields }: TraceLine): string {
  return `${level} ${JSON.stringify(stableString(message))}${spaced(stableText(fields))}`;
}

function spaced(text: string): string {
  return text === '' ? '' : ` ${text}`;
}

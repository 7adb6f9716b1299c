import { SpanKind } from '@opentelemetry/api';
import { attributeNames as names, primitiveSpanName } from '@tta/obs-context';
import { spanForest, type SpanNode } from '../../drawing/span-forest.ts';
import {
  isConcurrent,
  outcomeOf,
  personalName,
  type Trace,
  type TraceLine,
  type TraceSpan,
} from '../../trace.ts';
import { StableIds } from './stable-ids.ts';
import { StableText } from './stable-text.ts';

/** Spans further in are left out. */
const depthLimit = 100;

/**
 * A trace as a text that is the same in every run of the same workflow: each span with its attributes, events, links,
 * log lines, and what was begun inside it. What a run makes up (times, durations, ports, stacks, the machine's folders)
 * is left out or replaced by a word, ids by numbers in the order in which they come. What a primitive runs side by side
 * ({@link isConcurrent}) is sorted; all else is in the order in which it began, also what a step begins by `Promise.all`.
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
  const ids = new StableIds(trace.spans);
  const stable = new StableText();
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
      headText(span, depth === 0, stable),
      ...attributeTexts(span, stable),
      ...span.events.map(({ name, attributes }) => `event ${name}${spaced(stable.record(attributes))}`),
      ...span.links.map(({ context, attributes }) => {
        const target = spans.get(keyOf(context));
        return `link to ${target ? nameText(target, stable) : 'a span elsewhere'}${spaced(stable.record(attributes))}`;
      }),
      ...(inside.get(keyOf(span)) ?? []).map((line) => lineText(line, stable)),
      ...(isConcurrent(span) ? sorted(below, ids) : below),
    ]
      .join('\n')
      .replaceAll('\n', '\n  ');
  };
  const texts = spanForest(trace.spans).map((root) => text(root, 0));
  if (outside.length > 0)
    texts.push(['outside of spans:', ...outside.map((line) => lineText(line, stable))].join('\n  '));
  return texts.length > 0 ? ids.numbered(texts.join('\n')) : 'nothing';
}

/** By all but their ids, which are different in each run. */
function sorted(texts: readonly string[], ids: StableIds): readonly string[] {
  return texts
    .map((text) => [ids.blanked(text), text] as const)
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([, text]) => text);
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

function headText(span: TraceSpan, isRoot: boolean, stable: StableText): string {
  const place =
    span.parentSpanId === undefined || !isRoot
      ? ''
      : ` (its parent is ${span.hasRemoteParent ? 'in another process' : 'missing'})`;
  return `${nameText(span, stable)} ${outcomeOf(span)}${place}`;
}

function nameText(span: TraceSpan, stable: StableText): string {
  const name = personalName(span);
  return stable.string(name === undefined ? span.name : `${span.name} ${JSON.stringify(name)}`);
}

/** Attributes, without those that the head says already, and what else there is to say of a span. */
function attributeTexts(span: TraceSpan, stable: StableText): readonly string[] {
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
  const texts = stable.entries(unsaid).map(([key, value]) => `· ${key}: ${value}`);
  if (kind !== SpanKind.INTERNAL) texts.push(`kind ${SpanKind[kind].toLowerCase()}`);
  if (failed && statusMessage !== undefined && statusMessage !== attributes[names.errorMessage])
    texts.push(`status ${JSON.stringify(stable.string(statusMessage))}`);
  return texts;
}

function lineText({ level, message, fields }: TraceLine, stable: StableText): string {
  return `${level} ${JSON.stringify(stable.string(message))}${spaced(stable.record(fields))}`;
}

function spaced(text: string): string {
  return text === '' ? '' : ` ${text}`;
}

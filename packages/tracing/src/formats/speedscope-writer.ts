import { heldSpans, type TraceWriterOptions } from './held-spans.ts';
import { spanDepths } from './span-depths.ts';
import { spanEnd, spanLanes, type SpanLane } from './span-lanes.ts';
import { serviceName, type TraceSpan } from './trace-span.ts';

/**
 * Writes a file for speedscope (its file format schema): an evented profile for each lane of each service, on
 * which a frame is a span. Names and times are all that speedscope knows, so there is no way back. Times count
 * from the first span, in nanoseconds.
 *
 * @throws InvalidOptionError when the spans are more than `limitBytes`.
 */
export async function* writeSpeedscope(
  spans: AsyncIterable<TraceSpan>,
  options: TraceWriterOptions = {},
): AsyncGenerator<string> {
  const held = await heldSpans(spans, 'speedscope', options);
  const frames = new Map<string, number>();
  let origin = held[0]?.startTimeUnixNano ?? 0n;
  for (const { name, startTimeUnixNano } of held) {
    if (!frames.has(name)) frames.set(name, frames.size);
    if (startTimeUnixNano < origin) origin = startTimeUnixNano;
  }
  const names = [...frames.keys()].map((name) => ({ name: name === '' ? '(no name)' : name }));
  const schema = 'https://www.speedscope.app/file-format-schema.json';
  yield `{"$schema":"${schema}","exporter":"@tta/obs-tracing","shared":{"frames":${JSON.stringify(names)}},"profiles":[`;
  let separator = '\n';
  for (const { name, lane } of profiles(held)) {
    yield separator;
    yield* writeProfile(name, lane, (span) => frames.get(span.name) ?? 0, origin);
    separator = ',\n';
  }
  yield '\n]}\n';
}

function* profiles(
  spans: readonly TraceSpan[],
): Generator<{ readonly name: string; readonly lane: SpanLane }> {
  const depths = spanDepths(spans);
  const services = new Map<string, TraceSpan[]>();
  for (const span of spans) {
    const name = serviceName(span.resource) || 'unknown_service';
    const members = services.get(name);
    if (members === undefined) services.set(name, [span]);
    else members.push(span);
  }
  for (const [service, members] of services) {
    for (const [index, lane] of spanLanes(members, depths).entries()) {
      yield { name: index === 0 ? service : `${service} · lane ${index + 1}`, lane };
    }
  }
}

/** Each frame is closed before the one around it, and before the next one that begins when it ends. */
function* writeProfile(
  name: string,
  lane: SpanLane,
  frameOf: (span: TraceSpan) => number,
  origin: bigint,
): Generator<string> {
  const at = (time: bigint): number => Number(time - origin);
  const [first] = lane;
  const startValue = at(first?.startTimeUnixNano ?? origin);
  let endValue = startValue;
  const open: TraceSpan[] = [];
  yield `{"type":"evented","name":${JSON.stringify(name)},"unit":"nanoseconds","events":[`;
  let separator = '';
  for (const span of lane) {
    yield* closeUntil(span.startTimeUnixNano);
    yield `${separator}{"type":"O","frame":${frameOf(span)},"at":${at(span.startTimeUnixNano)}}`;
    separator = ',';
    open.push(span);
  }
  yield* closeUntil(null);
  yield `],"startValue":${startValue},"endValue":${endValue}}`;

  function* closeUntil(time: bigint | null): Generator<string> {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const end = spanEnd(last);
      if (time !== null && end > time) return;
      endValue = at(end);
      yield `,{"type":"C","frame":${frameOf(last)},"at":${endValue}}`;
      open.pop();
    }
  }
}

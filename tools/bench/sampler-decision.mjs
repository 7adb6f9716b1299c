/**
 * Decisions of our samplers against those of @opentelemetry/sampler-composite on the same spans, in a
 * process of its own (start it with --expose-gc and a young generation that holds a whole measurement).
 * Prints JSON: nanoseconds and bytes a decision.
 */
import { ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import {
  createComposableAlwaysOffSampler,
  createComposableAlwaysOnSampler,
  createComposableParentThresholdSampler,
  createComposableProbabilitySampler,
  createComposableRuleBasedSampler,
  createCompositeSampler,
} from '@opentelemetry/sampler-composite';
import { seededRandom } from '@tta/obs-context/manual';
import {
  alwaysOff,
  alwaysOn,
  compositeSampler,
  parentThreshold,
  probability,
  ruleBased,
} from '@tta/obs-tracing';
import { interleave } from './interleave.mjs';

const spans = 1024;
const random = seededRandom(1);
const hex = (digits, least = 0) =>
  Array.from({ length: digits }, () => Math.floor(least + random.next() * (16 - least)).toString(16)).join(
    '',
  );
const names = ['GET /health', 'GET /orders/7', 'POST /orders', 'checkout'];

/** The arguments of 1024 decisions. Parents were kept at one in ten, as their first digit f says. */
const starts = (tracestate) =>
  Array.from({ length: spans }, (_, i) => {
    const traceId = tracestate ? `${hex(18, 1)}f${hex(13)}` : hex(32, 1);
    const parent = tracestate && {
      traceId,
      spanId: hex(16, 1),
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
      traceState: new TraceState(tracestate()),
    };
    const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    return [context, traceId, names[i % names.length], SpanKind.SERVER, { 'http.request.method': 'GET' }, []];
  });
const inputs = {
  'new trace': starts(),
  'child, ot=th:e666': starts(() => 'ot=th:e666'),
  'child, ot=th:e666;rv:… and two vendors': starts(() => `ot=th:e666;rv:f${hex(13)},a=${hex(8)},b=${hex(8)}`),
};

const samplers = {
  'parentThreshold(probability(0.1))': {
    ours: compositeSampler(parentThreshold(probability(0.1))),
    theirs: createCompositeSampler(
      createComposableParentThresholdSampler(createComposableProbabilitySampler(0.1)),
    ),
  },
  'ruleBased, four rules': {
    ours: compositeSampler(
      ruleBased([
        { when: { name: 'GET /health*' }, sampler: alwaysOff() },
        { when: { name: 'checkout' }, sampler: alwaysOn() },
        { when: { kind: SpanKind.CLIENT }, sampler: probability(0.5) },
        { sampler: probability(0.1) },
      ]),
    ),
    theirs: createCompositeSampler(
      createComposableRuleBasedSampler([
        [(_context, _id, name) => name.startsWith('GET /health'), createComposableAlwaysOffSampler()],
        [(_context, _id, name) => name === 'checkout', createComposableAlwaysOnSampler()],
        [(_context, _id, _name, kind) => kind === SpanKind.CLIENT, createComposableProbabilitySampler(0.5)],
        [() => true, createComposableProbabilitySampler(0.1)],
      ]),
    ),
  },
};

/** Decides about all inputs; the number of spans kept. */
const decideAll = (sampler, starts) => {
  let kept = 0;
  for (const [context, traceId, name, kind, attributes, links] of starts)
    kept += sampler.shouldSample(context, traceId, name, kind, attributes, links).decision;
  return kept;
};

const cases = Object.entries(samplers).flatMap(([composition, sides]) =>
  Object.entries(inputs).map(([input, starts]) => ({ name: `${composition}: ${input}`, sides, starts })),
);
for (const { name, sides, starts } of cases) {
  const [ours, theirs] = [decideAll(sides.ours, starts), decideAll(sides.theirs, starts)];
  if (ours !== theirs || ours === 0) throw new Error(`${name}: we keep ${ours}, they keep ${theirs}`);
}

const times = await interleave(
  Object.fromEntries(
    cases.flatMap(({ name, sides, starts }) => [
      [`ours ${name}`, () => decideAll(sides.ours, starts)],
      [`theirs ${name}`, () => decideAll(sides.theirs, starts)],
    ]),
  ),
  { operations: 10 },
);

/** Bytes a decision, the median of some rounds; only right as long as nothing is collected on the way. */
const bytes = (sampler, starts) => {
  const samples = Array.from({ length: 9 }, () => {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 20; i++) decideAll(sampler, starts);
    return (process.memoryUsage().heapUsed - before) / 20 / spans;
  });
  return Math.max(0, samples.sort((a, b) => a - b)[4]);
};

const result = cases.map(({ name, sides, starts }) => {
  const side = (key) => {
    const { nsPerOp, spread } = times[`${key} ${name}`];
    return { ns: nsPerOp / spans, spread, bytes: bytes(sides[key], starts) };
  };
  return { name, ours: side('ours'), theirs: side('theirs') };
});
process.stdout.write(JSON.stringify(result));

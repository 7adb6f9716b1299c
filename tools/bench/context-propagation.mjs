/**
 * Extracts a context from headers and injects it into others, in a process of its own. Prints JSON.
 * What a case allocates is the growth of the heap over many calls without a collection, hence the flags:
 * --expose-gc --min-semi-space-size=64 --max-semi-space-size=64
 */
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { httpHeaders, W3CPropagator } from '@tta/obs-context';
import { interleave, median } from './interleave.mjs';

/** Writes the baggage anew instead of passing it on as it came. */
const allowList = 'ours with an allow-list';
const propagators = {
  ours: new W3CPropagator(),
  [allowList]: new W3CPropagator({ baggageKeys: ['tenant', 'user.id', 'release', 'region'] }),
  'OpenTelemetry core': new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  }),
};
const accessors = {
  '': { getter: defaultTextMapGetter, setter: defaultTextMapSetter },
  ', HTTP carrier': { getter: httpHeaders, setter: httpHeaders },
};
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const requests = {
  traceparent: { traceparent },
  'traceparent, tracestate and baggage': {
    traceparent,
    tracestate: 'ot=th:8;rv:6e6d1a75832a2f,rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    baggage: 'tenant=acme,user.id=alice%20b,release=2026-11-21;ttl=3,region=eu-central-1',
  },
};

const cases = {};
for (const [what, headers] of Object.entries(requests)) {
  // Among others, as in a request.
  const received = { host: 'localhost:8080', 'user-agent': 'bench', accept: '*/*', ...headers };
  for (const [how, { getter, setter }] of Object.entries(accessors)) {
    for (const [who, propagator] of Object.entries(propagators)) {
      if (who === allowList && !('baggage' in headers)) continue;
      cases[`${what}${how}, ${who}`] = () => {
        const sent = {};
        propagator.inject(propagator.extract(ROOT_CONTEXT, received, getter), sent, setter);
        if (Object.keys(sent).length !== Object.keys(headers).length) throw new Error('a header is missing');
        return sent.traceparent.length;
      };
    }
  }
}

/** Few enough that the young generation holds all that they allocate. */
const calls = 1000;
function allocatedPerCall(operation) {
  const samples = [];
  for (let round = 0; round < 15; round++) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (let call = 0; call < calls; call++) operation();
    samples.push((process.memoryUsage().heapUsed - before) / calls);
  }
  return median(samples);
}

const times = await interleave(cases, { operations: 20_000 });
const result = Object.fromEntries(
  Object.entries(times).map(([name, time]) => [name, { ...time, bytesPerOp: allocatedPerCall(cases[name]) }]),
);
process.stdout.write(JSON.stringify(result));

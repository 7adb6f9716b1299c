import { Instrumentation, setDefaultInstrumentation } from '@tta/obs-instrumentation';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/**
 * Counts what one run emits. Nothing is registered afterwards.
 *
 * @param {() => Promise<unknown>} run
 * @returns One entry an execution, in the order of their starts: see `handWritten`.
 */
export async function emittedBy(run) {
  const spans = [];
  let points = 0;
  const provider = new NodeTracerProvider({
    spanProcessors: [
      {
        onStart: (span) => spans.push(span),
        onEnd: () => {},
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  const instrument = { add: () => points++, record: () => points++, addCallback() {}, removeCallback() {} };
  const meter = new Proxy({}, { get: () => () => instrument });
  setDefaultInstrumentation(new Instrumentation({ tracer: provider.getTracer('count'), meter }));
  await run();
  setDefaultInstrumentation(undefined);

  const executions = [];
  let step;
  for (const { attributes, events } of spans) {
    const size = Object.keys(attributes).length;
    if (attributes['primitive.type'] === undefined) {
      step = size;
    } else {
      executions.push({ attributes: size, step, events: events.length, points: 0 });
      step = undefined;
    }
  }
  for (let left = points; left > 0; left--) executions[left % executions.length].points++;
  return executions;
}

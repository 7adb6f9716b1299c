import { createResource, startTracing } from '@tta/obs-tracing';

/** Ends spans until it is killed: `spans <address of the traces> <spool> <name>`; says when it has begun. */
const [tracesUrl = '', directory = '', name = ''] = process.argv.slice(2);
const tracing = startTracing({
  resource: createResource({ serviceName: 'spans' }),
  destinations: [{ name: 'service', tracesUrl, flushMs: 10, timeoutMs: 500, spool: { directory } }],
});
const tracer = tracing.getTracer('spans');
for (let i = 0; ; i++) {
  tracer.startSpan(`${name}-${i};`).end();
  if (i === 0) console.log('ready');
  // A few thousand spans a second, with turns of the event loop in between.
  if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
}

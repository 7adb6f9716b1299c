/**
 * Spans from their start to the exporter that is given them, in a process of its own. Prints JSON.
 * What a case allocates is the growth of the heap over many spans without a collection, hence the flags:
 * --expose-gc --min-semi-space-size=64 --max-semi-space-size=64
 */
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { startTracing } from '@tta/obs-tracing';
import { interleave, median } from './interleave.mjs';

const resource = resourceFromAttributes({ 'service.name': 'bench' });
let received = 0;
const exporter = {
  export(spans, done) {
    received += spans.length;
    done({ code: 0 });
  },
  shutdown: async () => {},
  forceFlush: async () => {},
};
const attributes = {
  'primitive.name': 'answer',
  'primitive.type': 'lambda',
  'primitive.action': 'execute',
  'workflow.name': 'review',
  'agent.type': 'writer',
  'execution.status': 'success',
  'execution.duration_ms': 12.5,
  'gen_ai.request.model': 'a-model',
  'gen_ai.usage.input_tokens': 1200,
  'gen_ai.usage.output_tokens': 310,
};

const ours = startTracing({ resource, destinations: [{ name: 'bench', exporter }] });
const batch = new BatchSpanProcessor(exporter, { maxQueueSize: 8192, maxExportBatchSize: 512 });
const provider = new NodeTracerProvider({ resource, spanProcessors: [batch] });

const spansPerBatch = 512;
const handOver = (tracer, flush) => async () => {
  const before = received;
  for (let i = 0; i < spansPerBatch; i++) tracer.startSpan('bench', { attributes }).end();
  await flush();
  if (received - before !== spansPerBatch) throw new Error(`${received - before} spans were handed over`);
  return received;
};
const cases = {
  ours: handOver(ours.getTracer('bench'), () => ours.flush()),
  'BatchSpanProcessor of the SDK': handOver(provider.getTracer('bench'), () => provider.forceFlush()),
};

async function allocatedPerSpan(operation) {
  const samples = [];
  for (let round = 0; round < 15; round++) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    await operation();
    samples.push((process.memoryUsage().heapUsed - before) / spansPerBatch);
  }
  return median(samples);
}

const times = await interleave(cases, { operations: 20 });
const result = {};
for (const [name, { nsPerOp, spread }] of Object.entries(times)) {
  const bytesPerOp = await allocatedPerSpan(cases[name]);
  result[name] = { nsPerOp: nsPerOp / spansPerBatch, spread, bytesPerOp };
}
process.stdout.write(JSON.stringify(result));
process.exit();

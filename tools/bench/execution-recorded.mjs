/**
 * One execution into rolling percentiles, throughput, cost and objectives, against prom-client's rolling summary
 * with counters for the objectives, and against Node's own histogram, which rolls over nothing. Prints JSON.
 */
import { createHistogram } from 'node:perf_hooks';
import { seededRandom } from '@tta/obs-context/manual';
import { defineSlo, PrimitiveStatistics, SloTracker } from '@tta/obs-metrics';
import promClient from 'prom-client';
import { interleave } from './interleave.mjs';

const random = seededRandom(1);
const names = Array.from({ length: 20 }, (_, i) => `step ${i}`);
/** Executions of 20 primitives, one in fifty failed, from 1 ms to some seconds. */
const executions = Array.from({ length: 1024 }, (_, i) => ({
  type: 'lambda',
  name: names[i % names.length],
  action: 'execute',
  edge: undefined,
  traceId: undefined,
  spanId: undefined,
  workflowName: 'review',
  agentType: undefined,
  status: i % 50 === 0 ? 'error' : 'success',
  durationMs: Math.exp(random.next() * 8),
  error: undefined,
  errorCategory: i % 50 === 0 ? 'network' : undefined,
  costUsd: undefined,
  totalCostUsd: undefined,
  savedUsd: undefined,
  processUse: undefined,
}));

const statistics = new PrimitiveStatistics();
const slos = [
  defineSlo({ name: 'available', objective: 0.99, indicator: { kind: 'availability' } }),
  defineSlo({ name: 'quick', objective: 0.95, indicator: { kind: 'latency', thresholdMs: 1000 } }),
];
const tracker = new SloTracker({ slos });

const labelNames = ['name', 'type'];
const registers = [new promClient.Registry()];
const summary = new promClient.Summary({
  name: 'duration',
  help: 'x',
  labelNames,
  percentiles: [0.5, 0.9, 0.95, 0.99, 0.999],
  maxAgeSeconds: 300,
  ageBuckets: 6,
  registers,
});
const available = new promClient.Counter({
  name: 'available',
  help: 'x',
  labelNames: ['outcome'],
  registers,
});
const quick = new promClient.Counter({ name: 'quick', help: 'x', labelNames: ['outcome'], registers });
const inFlight = new promClient.Gauge({ name: 'in_flight', help: 'x', labelNames, registers });

const native = new Map(names.map((name) => [name, createHistogram()]));
const at = (i) => executions[i % executions.length];

const results = await interleave(
  {
    'percentiles, throughput, 2 SLOs': (i) => {
      const execution = at(i);
      statistics.onStart(execution);
      statistics.onEnd(execution);
      tracker.onEnd(execution);
    },
    'percentiles, throughput': (i) => {
      const execution = at(i);
      statistics.onStart(execution);
      statistics.onEnd(execution);
    },
    'prom-client: summary, 2 counters, gauge': (i) => {
      const { name, type, durationMs, status } = at(i);
      const labels = { name, type };
      inFlight.inc(labels);
      summary.observe(labels, durationMs);
      available.inc({ outcome: status === 'success' ? 'good' : 'bad' });
      if (status === 'success') quick.inc({ outcome: durationMs <= 1000 ? 'good' : 'bad' });
      inFlight.dec(labels);
    },
    'node:perf_hooks histogram, no window': (i) => {
      const { name, durationMs } = at(i);
      native.get(name).record(Math.max(1, Math.round(durationMs * 1000)));
    },
  },
  { operations: 20_000 },
);
tracker.stop();
process.stdout.write(JSON.stringify(results));

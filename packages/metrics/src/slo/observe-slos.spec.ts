import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { createNoopMeter } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import type { ExecutionResult } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { defineSlo } from './define-slo.ts';
import { PrometheusReader } from '../prometheus/prometheus-reader.ts';
import { observeSlos } from './observe-slos.ts';
import { SloTracker } from './slo-tracker.ts';

const answered = {
  type: 'llm',
  name: 'answer',
  action: 'chat',
  edge: 'step_0',
  status: 'success',
  durationMs: 100,
} as ExecutionResult;

function tracked(): SloTracker {
  return new SloTracker({
    slos: [
      defineSlo({ name: 'runs', objective: 0.9, indicator: { kind: 'availability' } }),
      defineSlo({
        name: 'answer',
        objective: 0.9,
        window: '7d',
        selection: { primitiveName: 'answer' },
        indicator: { kind: 'availability' },
      }),
    ],
    clock: new ManualClock(),
  });
}

describe('observeSlos', () => {
  it('exports what Prometheus reads', async () => {
    const reader = new PrometheusReader();
    const provider = new MeterProvider({ readers: [reader] });
    const tracker = tracked();
    observeSlos(provider.getMeter('test'), tracker);
    for (let i = 0; i < 6; i++) tracker.onEnd(answered);
    for (let i = 0; i < 2; i++) tracker.onEnd({ ...answered, status: 'error' });
    const lines = (await reader.text())
      .split('\n')
      .filter((line) => line.startsWith('slo_') || line.startsWith('# TYPE slo'));
    // 6 good and 2 bad of 0.9: compliance 0.75, burn 0.25/0.1 = 2.5, left −1.5.
    const windows = (slo: string, period: string, value: number) =>
      ['5m', '30m', '1h', '2h', '6h', '1d', '3d', period].map(
        (window) => `slo_burn_rate{slo_name="${slo}",slo_window="${window}"} ${value}`,
      );
    expect(lines).toEqual([
      '# TYPE slo_compliance gauge',
      'slo_compliance{slo_name="runs"} 1',
      'slo_compliance{primitive_name="answer",slo_name="answer"} 0.75',
      '# TYPE slo_target gauge',
      'slo_target{slo_name="runs"} 0.9',
      'slo_target{primitive_name="answer",slo_name="answer"} 0.9',
      '# TYPE slo_error_budget_remaining gauge',
      'slo_error_budget_remaining{slo_name="runs"} 1',
      'slo_error_budget_remaining{primitive_name="answer",slo_name="answer"} -1.5',
      '# TYPE slo_burn_rate gauge',
      ...windows('runs', '30d', 0),
      ...windows('answer', '7d', 2.5),
      '# TYPE slo_events_total counter',
      'slo_events_total{slo_name="runs",slo_outcome="good"} 0',
      'slo_events_total{slo_name="runs",slo_outcome="bad"} 0',
      'slo_events_total{slo_name="answer",slo_outcome="good"} 6',
      'slo_events_total{slo_name="answer",slo_outcome="bad"} 2',
    ]);
    await provider.shutdown();
  });

  it('does nothing where no metrics are set up', () => {
    expect(() => observeSlos(createNoopMeter(), tracked())).not.toThrow();
  });
});

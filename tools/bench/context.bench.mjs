import { measure, memoryFlags } from './measure.mjs';

export const title = 'Propagation of context';

export function run() {
  const results = measure('./context-propagation.mjs', ...memoryFlags);
  const ratio = (name) => results[`${name}, ours`].nsPerOp / results[`${name}, OpenTelemetry core`].nsPerOp;
  return {
    rows: Object.entries(results).map(([name, { nsPerOp, spread, bytesPerOp }]) => ({
      case: name,
      'µs to extract and inject': (nsPerOp / 1000).toFixed(2),
      '±': `${Math.round(spread * 100)} %`,
      'bytes allocated': Math.round(bytesPerOp),
    })),
    goals: ['traceparent', 'traceparent, tracestate and baggage'].map((name) => ({
      goal: `${name}, against OpenTelemetry core`,
      value: ratio(name),
      limit: 1,
      unit: '×',
    })),
  };
}

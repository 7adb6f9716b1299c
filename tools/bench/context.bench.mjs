import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const title = 'Propagation of context';

const measure = () =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        '--expose-gc',
        '--min-semi-space-size=64',
        '--max-semi-space-size=64',
        fileURLToPath(new URL('./context-propagation.mjs', import.meta.url)),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    ),
  );

export function run() {
  const results = measure();
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

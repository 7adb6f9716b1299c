import { measure } from './measure.mjs';

export const title = 'One primitive';

export function run() {
  const without = measure('./primitives-without-sdk.mjs');
  const withSdk = measure('./primitives-with-sdk.mjs');
  const us = (results, name) => results[name].nsPerOp / 1000;
  const rows = [
    ...Object.entries(without).map(([name, result]) => ({ setting: 'no SDK', name, ...result })),
    ...Object.entries(withSdk).map(([name, result]) => ({ setting: 'SDK on', name, ...result })),
  ].map(({ setting, name, nsPerOp, spread }) => ({
    setting,
    case: name,
    'µs a call': (nsPerOp / 1000).toFixed(2),
    '±': `${Math.round(spread * 100)} %`,
  }));
  const ours = us(withSdk, 'lambda, SDK on');
  return {
    rows,
    goals: [
      {
        goal: 'SDK on, against hand-written OpenTelemetry emitting the same',
        value: ours / us(withSdk, 'hand-written OpenTelemetry'),
        limit: 1.3,
        unit: '×',
      },
      {
        goal: "SDK on, against Effect's span with the same metrics",
        value: ours / us(withSdk, 'Effect span with the same metrics'),
        limit: 1,
        unit: '×',
      },
      {
        goal: 'SDK on, against cockatiel wrap(retry, breaker, timeout)',
        value: ours / us(withSdk, 'cockatiel wrap(retry, breaker, timeout)'),
        limit: 0.5,
        unit: '×',
      },
      {
        goal: 'sample workflow with everything on, slower by',
        value:
          (us(withSdk, 'five steps of 1 ms, SDK on') / us(withSdk, 'five steps of 1 ms, bare') - 1) * 100,
        limit: 5,
        unit: '%',
      },
      {
        goal: 'no SDK, over a bare async call',
        value: us(without, 'lambda, no SDK') - us(without, 'bare async call'),
        limit: 1,
        unit: 'µs',
      },
    ],
  };
}

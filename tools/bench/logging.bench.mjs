import { measure } from './measure.mjs';

export const title = 'Logging';

export function run() {
  const results = measure('./log-line.mjs');
  const against = (side, rival) => results[side].nsPerOp / results[rival].nsPerOp;
  const [redacted, bare, winston, pino] = [
    'ours, secrets taken out',
    'ours, as it stands',
    'winston 3.19',
    'pino 10.4',
  ];
  return {
    rows: Object.entries(results).map(([name, { nsPerOp, spread, bytes }]) => ({
      'JSON line with 3 fields and ids': name,
      'µs a line': (nsPerOp / 1000).toFixed(2),
      '±': `${Math.round(spread * 100)} %`,
      bytes,
    })),
    goals: [
      { goal: 'a line, against plain winston', value: against(redacted, winston), limit: 1, unit: '×' },
      {
        goal: 'a line that is not redacted, against plain winston',
        value: against(bare, winston),
        limit: 1,
        unit: '×',
      },
      { goal: 'a line, against pino', value: against(redacted, pino), limit: 1, unit: '×' },
    ],
  };
}

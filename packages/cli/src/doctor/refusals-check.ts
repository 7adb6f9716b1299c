import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Health } from '@tta/obs-protocol';
import { formatDuration } from '../format-duration.ts';
import { counted, firstOf, type Finding } from './finding.ts';
import { restartMend } from './restart-mend.ts';

/** The end of the log of a service in the background. */
const READ_BYTES = 64 * 1024;
const STARTED = 'TTA observability ';
const REFUSAL = /^tta-obs: ((?:Refused with|Left out) .*)$/gm;

/** What the service was sent since its start and did not take, with the reasons where its log is at hand. */
export function checkRefusals(
  { refused, databasePath, uptimeMs }: Health,
  named: string,
): readonly Finding[] {
  const { requestCount, recordCount } = refused;
  if (requestCount + recordCount === 0) return [];
  const counts = [
    ...(requestCount === 0 ? [] : [counted(requestCount, 'request')]),
    ...(recordCount === 0 ? [] : [counted(recordCount, 'record')]),
  ].join(' and ');
  const lines = refusalsIn(sinceStart(endOf(`${databasePath}.log`)));
  return [
    {
      check: 'refusals',
      what: `The service has refused ${counts} since its start ${formatDuration(uptimeMs)} ago.`,
      evidence:
        lines.length === 0 ? [`refused: ${JSON.stringify(refused)} in GET /health`] : firstOf(lines, 5),
      mend: [
        '# each refusal is answered with its reason; programs show it with:',
        'export OTEL_LOG_LEVEL=warn TTA_LOG_LEVEL=warn',
        '# once that is mended, the count begins anew with the service:',
        restartMend(named),
      ],
    },
  ];
}

/** A service that starts says so; the log goes on from one to the next. */
function sinceStart(text: string): string {
  return text.slice(Math.max(0, text.lastIndexOf(STARTED)));
}

/** The last of them first, each once. */
function refusalsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(REFUSAL)].map((match) => match[1]!).toReversed())];
}

function endOf(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, READ_BYTES));
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

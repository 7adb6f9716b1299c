import type { Health } from '@tta/obs-protocol';
import { formatDuration } from '../format-duration.ts';
import { counted, firstOf, type MadeCheck, type Finding } from './finding.ts';
import { logSinceStart } from './log-since-start.ts';

const REFUSAL = /^tta-obs: ((?:Refused with|Left out) .*)$/gm;

/**
 * What the service was sent and did not take, with the reasons where its log is at hand. What was refused before the
 * first of two looks may be mended by now, and is a note.
 *
 * @param before - The first look; without it all since its start counts as new.
 */
export function checkRefusals(before: Health | undefined, after: Health): MadeCheck {
  const { refused, databasePath, uptimeMs } = after;
  if (isNone(refused)) return { check: 'refusals', findings: [] };
  const isNew = before === undefined || !isNone(since(before.refused, refused));
  const counts = countsText(before === undefined || !isNew ? refused : since(before.refused, refused));
  const lines = refusalsIn(logSinceStart(databasePath));
  const finding: Finding = {
    check: 'refusals',
    what: isNew
      ? `The service has refused ${counts} just now.`
      : `The service has refused ${counts} since its start ${formatDuration(uptimeMs)} ago, but none just now.`,
    evidence: lines.length === 0 ? [`refused: ${JSON.stringify(refused)} in GET /health`] : firstOf(lines, 5),
    mend: [
      '# each refusal is answered with its reason; programs show it with:',
      'export OTEL_LOG_LEVEL=warn TTA_LOG_LEVEL=warn',
      '# whether a program is refused still: tta-obs doctor -- <command>',
    ],
  };
  return { check: 'refusals', findings: isNew ? [finding] : [], notes: isNew ? [] : [finding] };
}

type Refused = Health['refused'];

function isNone({ requestCount, recordCount }: Refused): boolean {
  return requestCount + recordCount === 0;
}

/** A service that was started again meanwhile has counted anew. */
function since(before: Refused, after: Refused): Refused {
  return {
    requestCount: Math.max(0, after.requestCount - before.requestCount),
    recordCount: Math.max(0, after.recordCount - before.recordCount),
  };
}

function countsText({ requestCount, recordCount }: Refused): string {
  return [
    ...(requestCount === 0 ? [] : [counted(requestCount, 'request')]),
    ...(recordCount === 0 ? [] : [counted(recordCount, 'record')]),
  ].join(' and ');
}

/** The last of them first, each once. */
function refusalsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(REFUSAL)].map((match) => match[1]!).toReversed())];
}

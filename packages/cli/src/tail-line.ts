import type { TraceSummary } from '@tta/obs-protocol';
import { formatDuration } from './format-duration.ts';
import { formatCost, formatTokens } from './format-usage.ts';
import { safeText, truncate, widthOf } from './safe-text.ts';
import { STATUS_MARK, statusColour } from './status-mark.ts';
import { style } from './style.ts';
import type { Terminal } from './surroundings.ts';

const RUNNING_MARK = '…';
const DURATION_WIDTH = 10;
const SERVICE_WIDTH = 16;
const LEAST_NAME = 12;
const GAP = '  ';

/**
 * A trace in one line: how it ended, when it began (UTC), how long it took, service, name, and what it used; with its id
 * where there is room. What is not seen on a terminal is not cut.
 */
export function tailLine(trace: TraceSummary, { columns, isOutTerminal, hasColour }: Terminal): string {
  const paint = style(hasColour);
  const { status, hasRoot, usage } = trace;
  const state = hasRoot ? (status === 'success' ? '' : status) : 'running';
  const colour = hasRoot || status !== 'success' ? statusColour(status, paint) : paint.dim;
  const service = safeText(trace.serviceName);
  const head = [
    `${hasRoot ? STATUS_MARK[status] : RUNNING_MARK} ${new Date(trace.startTimeMs).toISOString().slice(11, 19)}Z`,
    formatDuration(trace.durationMs).padStart(DURATION_WIDTH),
    (isOutTerminal ? truncate(service, SERVICE_WIDTH) : service).padEnd(SERVICE_WIDTH),
  ].join(GAP);
  const facts = [
    state,
    ...(usage === null
      ? []
      : [`${formatTokens(usage.inputTokens, usage.outputTokens)} tokens`, formatCost(usage)]),
  ].filter((fact) => fact !== '');
  const name = safeText(trace.name) || '(no name)';
  const line = (shownName: string, tail: readonly string[]) => [head, shownName, ...tail].join(GAP);
  const whole = line(name, [...facts, trace.traceId]);
  const coloured = (text: string) => `${colour(text.slice(0, 1))}${text.slice(1)}`;
  if (!isOutTerminal || widthOf(whole) <= columns) return coloured(whole);
  const room = columns - widthOf(line('', facts));
  return coloured(line(truncate(name, Math.max(LEAST_NAME, room)), facts));
}

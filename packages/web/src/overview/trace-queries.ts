import type { PrimitiveStats } from '@tta/obs-protocol';
import { fieldTerm } from '@tta/obs-protocol/query';
import type { TimeWindow } from '../time-window.ts';

/** Name under which the service counts together what it could not count apart. */
const OTHER = '_other';

/** Traces in which a primitive ran. */
export function primitiveQuery(
  { primitiveType, name, serviceName }: Pick<PrimitiveStats, 'primitiveType' | 'name' | 'serviceName'>,
  window: TimeWindow,
): string {
  return together(
    fieldTerm('primitive', [primitiveType]),
    name !== OTHER && name !== '' && fieldTerm('label', [name]),
    serviceName !== OTHER && fieldTerm('service', [serviceName]),
    `since:${window}`,
  );
}

/** The runs that the cards of the overview count. */
export function runQuery(
  window: TimeWindow,
  service: string | undefined,
  { isFailed = false, fromMs }: { readonly isFailed?: boolean; readonly fromMs?: number | undefined } = {},
): string {
  return together(
    isFailed && fieldTerm('trace.status', ['error', 'timeout']),
    fromMs !== undefined && `trace.duration:>=${floored(fromMs)}ms`,
    service !== undefined && fieldTerm('trace.service', [service]),
    `trace.time:>=-${window}`,
  );
}

/** The runs that began within a stretch of time. */
export function spanOfTimeQuery(fromMs: number, toMs: number, service: string | undefined): string {
  return together(
    service !== undefined && fieldTerm('trace.service', [service]),
    `trace.time:>=${isoTime(fromMs)}`,
    `trace.time:<${isoTime(toMs)}`,
  );
}

/** Traces in which a model was called; `null` for calls that do not tell which. */
export function modelQuery(
  { key, provider }: { readonly key: string | null; readonly provider: string | null },
  window: TimeWindow,
  service: string | undefined,
): string {
  return together(
    key === null ? 'has:cost -has:model' : fieldTerm('model', [key]),
    provider !== null && fieldTerm('provider', [provider]),
    service !== undefined && fieldTerm('service', [service]),
    `since:${window}`,
  );
}

/** Traces that a service is part of. */
export function serviceQuery(service: string, window: TimeWindow): string {
  return together(fieldTerm('service', [service]), `since:${window}`);
}

function together(...terms: readonly (string | false)[]): string {
  return terms.filter((term) => term !== false).join(' ');
}

/** A figure that was rounded up would leave out the run that it is of. */
function floored(ms: number): string {
  return String(Math.floor(ms * 0.99 * 1000) / 1000);
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

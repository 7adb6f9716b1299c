import { outcomeOf, personalName, type TraceSpan } from './trace.ts';

/** Longest message of an error in a line of a tree. */
const messageLimit = 100;

/** A span in a line: `primitive.retry.attempt_1 "fetch page" error 12.3 ms: 503 Service Unavailable`. */
export function spanText(span: TraceSpan): string {
  const name = personalName(span);
  const parts = [span.name, ...(name === undefined ? [] : [JSON.stringify(name)]), outcomeOf(span)];
  if (span.endMs !== undefined) parts.push(durationText(span.endMs - span.startMs));
  const message = span.failed ? span.statusMessage : undefined;
  return message ? `${parts.join(' ')}: ${oneLine(message)}` : parts.join(' ');
}

/** Milliseconds as a person reads them: `0.4 ms`, `320 ms`, `12.5 s`. */
export function durationText(ms: number): string {
  if (ms >= 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= messageLimit ? line : `${line.slice(0, messageLimit - 1)}…`;
}

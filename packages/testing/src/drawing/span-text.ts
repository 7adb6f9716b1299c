import { outcomeOf, personalName, type TraceSpan } from '../trace.ts';
import { hasUnseen, visibleText } from './visible-text.ts';

/** Longest name of a span or message of an error in a line of a tree. */
const textLimit = 100;

/** A span in a line: `primitive.retry.attempt_1 "fetch page" error 12.3 ms: 503 Service Unavailable`. */
export function spanText(span: TraceSpan): string {
  const duration = span.endMs === undefined ? '' : ` ${durationText(span.endMs - span.startMs)}`;
  const message = span.failed && span.statusMessage ? messageText(span.statusMessage) : '';
  return `${spanHead(span)}${duration}${message && `: ${message}`}`;
}

/** What a span is and how it ended, as its line begins: `primitive.retry.attempt_1 "fetch page" error`. */
export function spanHead(span: TraceSpan): string {
  const name = personalName(span);
  const called = name === undefined ? '' : ` ${JSON.stringify(shortened(name))}`;
  return visibleText(`${shortened(span.name)}${called} ${outcomeOf(span)}`);
}

/** Whether a line does not show the name of a span as it is. */
export function isDrawnOtherwise(name: string): boolean {
  return name.length > textLimit || hasUnseen(name);
}

/** Milliseconds as a person reads them: `0.4 ms`, `320 ms`, `12.5 s`. */
export function durationText(ms: number): string {
  if (ms >= 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms`;
}

function messageText(text: string): string {
  return visibleText(shortened(text.replaceAll(/\s+/g, ' ').trim()));
}

function shortened(text: string): string {
  return text.length <= textLimit ? text : `${text.slice(0, textLimit - 1)}…`;
}

import { attributeNames } from '@tta/obs-context';
import { errorBlock, isErrorValue } from './error-block.ts';
import { harmless } from './harmless-text.ts';
import { isoTime } from './json-line.ts';
import { allFields, fieldName, type LogLine } from './log-line.ts';

const colours: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31 };
const grey = 90;

/** What a line about an execution says in its message already. */
const toldByMessage = new Set<string>([attributeNames.primitiveName, attributeNames.errorMessage]);

/**
 * A line for a person: time of day (UTC), level, message, fields and the first digits of the trace id, or all of
 * them where something failed, to look it up; errors below it, indented. No text in it can begin another line in the first column or steer the terminal.
 */
export function prettyLine(line: LogLine, colour: boolean): string {
  const { timeMs, level, message, ids } = line;
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const inline: string[] = [];
  const errors: [string, Readonly<Record<string, unknown>>][] = [];
  for (const [key, value] of Object.entries(allFields(line))) {
    if (toldByMessage.has(key) && message.includes(String(value))) continue;
    if (isErrorValue(value)) errors.push([key, value]);
    else inline.push(`${harmless(fieldName(key, ids))}=${harmless(String(JSON.stringify(value)))}`);
  }
  if (ids.trace_id !== undefined)
    inline.push(`trace=${level === 'error' ? ids.trace_id : ids.trace_id.slice(0, 8)}`);
  const tail = inline.length > 0 ? `  ${paint(grey, inline.join(' '))}` : '';
  const time = paint(grey, isoTime(timeMs).slice(11, 23));
  const head = `${time} ${paint(colours[level] ?? grey, level.padEnd(5))} ${harmless(message)}${tail}`;
  const blocks = errors.map(([key, error]) =>
    errorBlock(key === 'error' ? '' : `${harmless(key)}: `, error, paint),
  );
  return [head, ...blocks].join('\n');
}

import { fieldName, type LogLine } from './log-line.ts';

/**
 * One JSON object: time, level, message, ids, then fields. Put together by hand, which takes half the time of
 * `JSON.stringify` of an object made for it.
 */
export function jsonLine({ timeMs, level, message, ids, inherited, fields }: LogLine): string {
  let line = `{"timestamp":"${isoTime(timeMs)}","level":"${level}","message":${quoted(message)}`;
  for (const key in ids) line += `,"${key}":${quoted(ids[key as keyof typeof ids] ?? '')}`;
  for (const key in inherited) {
    if (!Object.hasOwn(fields, key)) line += entry(fieldName(key, ids), inherited[key]);
  }
  for (const key in fields) line += entry(fieldName(key, ids), fields[key]);
  return `${line}}`;
}

function entry(key: string, value: unknown): string {
  if (typeof value === 'string') return `,${quoted(key)}:${quoted(value)}`;
  const json = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return json === undefined ? '' : `,${quoted(key)}:${json}`;
}

/** What JSON writes otherwise than as it is. */
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return text.length < 100 && !needsEscape.test(text) ? `"${text}"` : JSON.stringify(text);
}

let lastMs = Number.NaN;
let lastText = '';

/** ISO 8601 in UTC. Many lines fall into one millisecond. */
export function isoTime(timeMs: number): string {
  if (timeMs !== lastMs) {
    lastText = new Date(timeMs).toISOString();
    lastMs = timeMs;
  }
  return lastText;
}

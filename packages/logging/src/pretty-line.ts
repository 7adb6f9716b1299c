const colours: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31 };

/** Ids are for machines; a person reads the message, and the first digits find the trace. */
const shownApart = new Set(['timestamp', 'level', 'message', 'trace_id', 'span_id']);

/** Controls of C0 and C1, line separators, and marks that change the direction of text. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** One line for a person: time of day, level, message, fields. No text in it can begin another line or steer the terminal. */
export function prettyLine(line: Readonly<Record<string, unknown>>, colour: boolean): string {
  const { timestamp, level, message, trace_id: traceId } = line;
  const time = typeof timestamp === 'string' ? timestamp.slice(11, 23) : '';
  const name = String(level);
  const fields = Object.entries(line)
    .filter(([key]) => !shownApart.has(key))
    .map(([key, value]) => `${harmless(key)}=${harmless(String(JSON.stringify(value)))}`);
  if (typeof traceId === 'string') fields.push(`trace=${traceId.slice(0, 8)}`);
  const label = name.padEnd(5);
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const tail = fields.length > 0 ? `  ${paint(90, fields.join(' '))}` : '';
  return `${paint(90, time)} ${paint(colours[name] ?? 0, label)} ${harmless(String(message))}${tail}`;
}

/** Shows what cannot be printed as JSON would: `\n`, `\u001b`. */
function harmless(text: string): string {
  return text.replace(unprintable, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
}

const colours: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31 };

/** Ids are for machines; a person reads the message, and the first digits find the trace. */
const shownApart = new Set(['timestamp', 'level', 'message', 'trace_id', 'span_id']);

/** One line for a person: time of day, level, message, fields. */
export function prettyLine(line: Readonly<Record<string, unknown>>, colour: boolean): string {
  const { timestamp, level, message, trace_id: traceId } = line;
  const time = typeof timestamp === 'string' ? timestamp.slice(11, 23) : '';
  const name = String(level);
  const fields = Object.entries(line)
    .filter(([key]) => !shownApart.has(key))
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'string' ? JSON.stringify(value) : String(JSON.stringify(value))}`,
    );
  if (typeof traceId === 'string') fields.push(`trace=${traceId.slice(0, 8)}`);
  const label = name.padEnd(5);
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const tail = fields.length > 0 ? `  ${paint(90, fields.join(' '))}` : '';
  return `${paint(90, time)} ${paint(colours[name] ?? 0, label)} ${String(message)}${tail}`;
}

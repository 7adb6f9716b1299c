import { attributeEntries } from '../details/attribute-groups.ts';
import type { AttributeEntry } from '../details/attribute-groups.ts';
import { absoluteTime } from '../format/moment.ts';
import { withoutTerminalCodes } from '../format/plain-text.ts';
import { messageText } from './log-rows.ts';
import type { LogRow } from './log-rows.ts';

/** All that came with a line: the message where the line does not have all of it, the attributes, and where it is from. */
export function logEntries({ record, message, levelText }: LogRow): readonly AttributeEntry[] {
  const { body, attributes, eventName, scope, severityNumber } = record;
  const whole = messageText(record);
  const isWholeOnLine = typeof body === 'string' ? whole === message : body === null;
  return [
    ...(isWholeOnLine
      ? []
      : [{ key: 'message', value: typeof body === 'string' ? withoutTerminalCodes(body) : body }]),
    ...attributeEntries(attributes),
    ...(eventName === null ? [] : [{ key: 'event', value: eventName }]),
    ...(scope.name === '' ? [] : [{ key: 'logger', value: `${scope.name} ${scope.version}`.trim() }]),
    ...(severityNumber === 0 ? [] : [{ key: 'severity', value: `${levelText} (${severityNumber})` }]),
    { key: 'service', value: record.serviceName },
    { key: 'time', value: absoluteTime(Number(record.timeUnixNano) / 1e6) },
    ...(record.spanId === null ? [] : [{ key: 'span id', value: record.spanId }]),
  ];
}

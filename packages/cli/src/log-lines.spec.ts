import { describe, expect, it } from '@jest/globals';
import type { LogRecord } from '@tta/obs-protocol';
import { logLines } from './log-lines.ts';

function record(fields: Partial<LogRecord>): LogRecord {
  return {
    id: 1,
    traceId: 'a'.repeat(32),
    spanId: null,
    timeUnixNano: '1000000000',
    observedTimeUnixNano: null,
    severityNumber: 9,
    severityText: null,
    body: 'text',
    eventName: null,
    attributes: {},
    droppedAttributesCount: 0,
    flags: 0,
    serviceName: 'shop',
    resource: {},
    scope: { name: '', version: '' },
    ...fields,
  };
}

const plain = (...records: Partial<LogRecord>[]) =>
  logLines(records.map(record), { startTimeMs: 1000, serviceName: 'shop', hasColour: false });

describe('logLines', () => {
  it('aligns offsets and levels, before the start too', () => {
    expect(
      plain(
        { timeUnixNano: '999000000', severityNumber: 5 },
        { timeUnixNano: '1012500000', severityNumber: 13 },
        { timeUnixNano: '3000000000', severityNumber: 21 },
        { severityNumber: 0 },
        { timeUnixNano: '999999500', severityNumber: 0 },
      ),
    ).toBe(
      [
        '-1.00 ms  debug  text',
        '+12.5 ms  warn   text',
        ' +2.00 s  fatal  text',
        '+0.00 ms         text',
        '+0.00 ms         text',
        '',
      ].join('\n'),
    );
  });

  it('shows attributes as key=value, in quotes where they hold spaces', () => {
    expect(
      plain({ attributes: { id: 'x-1', text: 'a b', n: 1.5, list: [1, 'a'], quote: '"', none: null } }),
    ).toBe('+0.00 ms  info   text  id=x-1  text="a b"  n=1.5  list=[1,"a"]  quote="\\""  none=null\n');
  });

  it('shows a message that is no text as JSON, and the name of an event without message', () => {
    expect(plain({ body: { a: 1 } }, { body: null, eventName: 'order.failed' }, { body: null })).toBe(
      '+0.00 ms  info   {"a":1}\n+0.00 ms  info   order.failed\n+0.00 ms  info   \n',
    );
  });

  it('names the service where it is not the one of the trace', () => {
    expect(plain({ serviceName: 'shop' }, { serviceName: 'bill\u001bing' }, { serviceName: '' })).toBe(
      '+0.00 ms  info   text\n+0.00 ms  info   bill ing: text\n+0.00 ms  info   text\n',
    );
  });

  it('shows the level in the words of the program where it has no number', () => {
    expect(plain({ severityNumber: 0, severityText: 'NOTICE\u001b' }, { severityNumber: 17 })).toBe(
      '+0.00 ms  NOTICE  text\n+0.00 ms  error   text\n',
    );
  });

  it('lets no line steer the terminal or break in two', () => {
    expect(plain({ body: 'a\nb\u001b[2J', attributes: { 'k\u202e': '\u001b]0;x' } })).toBe(
      '+0.00 ms  info   a b [2J  k=]0;x\n',
    );
  });

  it('colours errors red and warnings yellow, and the word says it too', () => {
    const coloured = (severityNumber: number) =>
      logLines([record({ severityNumber })], { startTimeMs: 1000, serviceName: 'shop', hasColour: true });
    expect(coloured(17)).toContain('\u001b[31merror\u001b[39m');
    expect(coloured(13)).toContain('\u001b[33mwarn \u001b[39m');
    expect(coloured(9)).toContain('\u001b[2minfo \u001b[22m');
    expect(plain({ severityNumber: 17 })).not.toContain('\u001b');
  });

  it('draws nothing for no records', () => {
    expect(plain()).toBe('');
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonLine } from './json-line.ts';
import type { LogLine } from './log-line.ts';

const head: LogLine = {
  timeMs: 0,
  level: 'info',
  message: 'm',
  ids: { trace_id: 't', user_id: 'u' },
  inherited: {},
  fields: {},
  errors: [],
};

describe('jsonLine', () => {
  it('writes what JSON.stringify writes of the same object', () => {
    const fields = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fields, fields, (message, inherited, own) => {
        const given = { timestamp: '1970-01-01T00:00:00.000Z', level: 'info', message, ...head.ids };
        const all = Object.fromEntries([...Object.entries(inherited), ...Object.entries(own)]);
        const line = jsonLine({ ...head, message, inherited, fields: own });
        expect(line).not.toContain('\n');
        const names = Object.keys(given);
        const told = Object.entries(all).map(([key, value]) => [
          names.includes(key) ? `fields.${key}` : key,
          value,
        ]);
        const expected: unknown = { ...given, ...Object.fromEntries(told) };
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
    );
  });

  it('leaves out what JSON has no word for, and keeps long and odd texts', () => {
    const fields = { none: undefined, long: 'x'.repeat(200), odd: '\ud800"\\\u0001', __proto: 1 };
    expect(JSON.parse(jsonLine({ ...head, fields }))).toMatchObject({ long: fields.long, odd: fields.odd });
    expect(jsonLine({ ...head, fields })).not.toContain('none');
  });

  it('keeps the head whatever the fields are called, and the fields too', () => {
    const other = { timestamp: 1, level: 1, message: 1, trace_id: 1, user_id: 1, request_id: 1 };
    expect(JSON.parse(jsonLine({ ...head, fields: other, inherited: other }))).toEqual({
      timestamp: '1970-01-01T00:00:00.000Z',
      level: 'info',
      message: 'm',
      trace_id: 't',
      user_id: 'u',
      request_id: 1,
      'fields.timestamp': 1,
      'fields.level': 1,
      'fields.message': 1,
      'fields.trace_id': 1,
      'fields.user_id': 1,
    });
  });
});

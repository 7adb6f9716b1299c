import { describe, expect, it } from '@jest/globals';
import { logRecord } from '../testing/log-fixture.ts';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { logRows } from './log-rows.ts';

const tree = buildSpanTree(
  spanColumns([
    { name: 'primitive.sequential.execute', type: 'sequential' },
    { name: 'primitive.sequential.step_0', parent: 0 },
    { name: 'primitive.lambda.execute', parent: 1, type: 'lambda' },
  ]),
);
const trace = { startTimeMs: 1_000, serviceName: 'demo' };
const rowOf = (changes: Parameters<typeof logRecord>[0]) => logRows([logRecord(changes)], trace, tree)[0]!;

describe('logRows', () => {
  it('counts from the start of the trace, also backwards', () => {
    expect(rowOf({ timeUnixNano: '1012500000' }).offsetMs).toBeCloseTo(12.5);
    expect(rowOf({ timeUnixNano: '998000000' }).offsetMs).toBeCloseTo(-2);
    expect(rowOf({ timeUnixNano: '999500000' }).offsetMs).toBe(0);
  });

  it('finds the row of its span, of a step and of its only child alike', () => {
    expect(rowOf({ spanId: '0000000000000001' }).row).toBe(0);
    expect(rowOf({ spanId: '0000000000000002' }).row).toBe(1);
    expect(rowOf({ spanId: '0000000000000003' }).row).toBe(1);
    expect(rowOf({ spanId: '00000000000000ff' }).row).toBe(-1);
    expect(rowOf({ spanId: null }).row).toBe(-1);
  });

  it('names the level, in our word or in the one of the program', () => {
    expect(rowOf({ severityNumber: 18, severityText: 'SEVERE' })).toMatchObject({
      level: 'error',
      levelText: 'error',
    });
    expect(rowOf({ severityNumber: 0, severityText: 'notice' })).toMatchObject({
      level: null,
      levelText: 'notice',
    });
    expect(rowOf({ severityNumber: 0, severityText: null }).levelText).toBe('');
  });

  it.each([
    ['text', null, 'text'],
    [{ order: 7 }, null, '{"order":7}'],
    [5, null, '5'],
    [null, 'order.failed', 'order.failed'],
    [null, null, ''],
  ])('shows the message %j of the event %p as %p', (body, eventName, message) => {
    expect(rowOf({ body, eventName }).message).toBe(message);
  });

  it('has no rows without records', () => {
    expect(logRows([], trace, tree)).toEqual([]);
  });

  it('has keys and values of the attributes apart', () => {
    expect(rowOf({ attributes: { sku: 'é 1', tries: [1, 2], last: false } }).fields).toEqual([
      ['sku', 'é 1'],
      ['tries', '[1,2]'],
      ['last', 'false'],
    ]);
  });

  it('names the service where it is not the one of the trace', () => {
    expect(rowOf({ serviceName: 'demo' }).service).toBe('');
    expect(rowOf({ serviceName: 'billing' }).service).toBe('billing');
  });

  it('shows marks that turn the direction of writing instead of obeying them', () => {
    const row = rowOf({
      body: 'a\u202eb\u2067',
      serviceName: '\u202ashop',
      severityNumber: 0,
      severityText: 'x\u202d',
      attributes: { 'k\u2066': '\u2069v' },
    });
    expect(row).toMatchObject({ message: 'a\ufffdb\ufffd', service: '\ufffdshop', levelText: 'x\ufffd' });
    expect(row.fields).toEqual([['k\ufffd', '\ufffdv']]);
  });

  it('cuts what is long to about 1,000 characters', () => {
    const long = 'x'.repeat(1_000);
    expect(rowOf({ body: long }).message).toBe(long);
    const { message, fields } = rowOf({
      body: `${long}y`,
      attributes: { a: 'x', b: `${long}y`, c: 'left out' },
    });
    expect(message).toBe(`${long}…`);
    expect(fields).toEqual([
      ['a', 'x'],
      ['b', `${'x'.repeat(998)}…`],
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { logRecord } from '../testing/log-fixture.ts';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { logEntries } from './log-entries.ts';
import { logRows } from './log-rows.ts';

const tree = buildSpanTree(spanColumns([]));

function entries(changes: Parameters<typeof logRecord>[0]): Record<string, unknown> {
  const [row] = logRows([logRecord(changes)], { startTimeMs: 0, serviceName: 'demo' }, tree);
  return Object.fromEntries(logEntries(row!).map(({ key, value }) => [key, value]));
}

describe('logEntries', () => {
  it('has the message where the line does not have all of it', () => {
    expect(entries({ body: 'short' })).not.toHaveProperty('message');
    expect(entries({ body: null, eventName: 'order.failed' })).not.toHaveProperty('message');
    expect(entries({ body: `\u001b[31m${'x'.repeat(2_000)}` })['message']).toBe('x'.repeat(2_000));
    expect(entries({ body: { order: 7 } })['message']).toEqual({ order: 7 });
  });

  it('has the attributes as they are, and where the line is from', () => {
    const scope = { name: 'app', version: '1' };
    expect(entries({ attributes: { tries: [1] }, eventName: 'e', scope, severityNumber: 17 })).toMatchObject({
      tries: [1],
      event: 'e',
      logger: 'app 1',
      severity: 'error (17)',
      service: 'demo',
      'span id': '0000000000000001',
    });
  });
});

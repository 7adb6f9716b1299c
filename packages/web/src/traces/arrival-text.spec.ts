import { describe, expect, it } from '@jest/globals';
import type { Health } from '@tta/obs-protocol';
import { arrivalText } from './arrival-text.ts';

const STORED = {
  traceCount: 0,
  spanCount: 0,
  pinnedCount: 0,
  logRecordCount: 0,
  metricSeriesCount: 0,
  dataPointCount: 0,
  fileBytes: 4096,
  usedBytes: 4096,
};

function health(changes: Partial<Health> = {}): Health {
  return {
    status: 'ok',
    problem: null,
    version: '0.1.0',
    uptimeMs: 1,
    ports: [8765],
    databasePath: '/data/traces.db',
    queuedBytes: 0,
    retention: { maxTraces: 1000, retentionHours: 24, maxBytes: 1_000_000_000 },
    stored: STORED,
    refused: { requestCount: 0, recordCount: 0 },
    ...changes,
  };
}

describe('arrivalText', () => {
  it.each([
    [health(), 'The service at host listens. No trace has arrived.'],
    [
      health({ stored: { ...STORED, logRecordCount: 2, dataPointCount: 1 } }),
      'The service at host listens. 2 log records and 1 data point of a metric arrived, and no trace: let the program export traces as well.',
    ],
    [
      health({ refused: { requestCount: 3, recordCount: 0 } }),
      'The service at host listens. No trace has arrived. It refused 3 requests: its log says why.',
    ],
    [
      health({ refused: { requestCount: 1, recordCount: 12_345 } }),
      'The service at host listens. No trace has arrived. It refused 1 request and 12.3k records: its log says why.',
    ],
    [health({ queuedBytes: 10 }), 'The service at host listens. Something has just arrived.'],
    [
      health({ status: 'failing', problem: 'The disk is full.', stored: null }),
      'The service at host cannot store what it is sent.',
    ],
  ])('tells how far what was sent came (%#)', (answer, text) => {
    expect(arrivalText('host', answer)).toBe(text);
  });
});

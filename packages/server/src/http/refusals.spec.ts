import { describe, expect, it } from '@jest/globals';
import { Refusals } from './refusals.ts';
import { SparseLog } from './sparse-log.ts';

function noted() {
  const said: string[] = [];
  let nowMs = 0;
  const logger = {
    warn: (line: string) => void said.push(line),
    error: (line: string, error?: unknown) => void said.push(`${line}: ${(error as Error).message}`),
  };
  const refusals = new Refusals({ logger, sparseLog: new SparseLog(() => nowMs) });
  return { refusals, said, passMinute: () => (nowMs += 60_000) };
}

describe('Refusals', () => {
  it('counts requests and records, and nothing else', () => {
    const { refusals } = noted();
    expect(refusals.counts).toEqual({ requestCount: 0, recordCount: 0 });
    refusals.noteRequest('POST', '/v1/trace', 404);
    refusals.noteRequest('POST', '/v1/traces', 503, new Error('disk full'));
    refusals.noteRecords(3, 'spans');
    refusals.noteRecords(0, 'spans');
    expect(refusals.counts).toEqual({ requestCount: 2, recordCount: 3 });
  });

  it('says once a minute for each status what was refused, and how often', () => {
    const { refusals, said, passMinute } = noted();
    for (let index = 0; index < 12; index++) refusals.noteRequest('POST', '/v1/trace', 404);
    refusals.noteRequest('POST', '/v1/traces', 415);
    passMinute();
    refusals.noteRequest('POST', '/v1/log', 404);
    expect(said).toEqual([
      'Refused with 404: POST /v1/trace',
      'Refused with 415: POST /v1/traces',
      'Refused with 404: POST /v1/log (11 times before)',
    ]);
  });

  it('says why a good request failed, also when others are refused with the same status', () => {
    const { refusals, said } = noted();
    refusals.noteRequest('POST', '/v1/traces', 503);
    for (let index = 0; index < 3; index++) {
      refusals.noteRequest('POST', '/v1/traces', 503, new Error('disk full'));
    }
    expect(said).toEqual([
      'Refused with 503: POST /v1/traces',
      'Refused with 503: POST /v1/traces: disk full',
    ]);
  });

  it('says of each kind of record that some were left out, and nothing when none were', () => {
    const { refusals, said } = noted();
    refusals.noteRecords(0, 'spans');
    refusals.noteRecords(2, 'spans');
    refusals.noteRecords(2, 'spans');
    refusals.noteRecords(1, 'log records');
    expect(said).toEqual([
      'Left out 2 spans that cannot be stored; the answer says why',
      'Left out 1 log records that cannot be stored; the answer says why',
    ]);
  });

  it('shows neither a query, nor control characters, nor all of a long path', () => {
    const { refusals, said } = noted();
    refusals.noteRequest('GET', '/?token=correct-horse-battery', 401);
    refusals.noteRequest('POST', '/a\u001b[2Jb c', 404);
    refusals.noteRequest('POST', `/${'x'.repeat(500)}`, 403);
    expect(said).toEqual([
      'Refused with 401: GET /',
      'Refused with 404: POST /a?[2Jb?c',
      `Refused with 403: POST /${'x'.repeat(99)}…`,
    ]);
  });
});

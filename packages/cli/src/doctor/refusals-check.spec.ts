import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Health } from '@tta/obs-protocol';
import { checkRefusals } from './refusals-check.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-refusals-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const health = (requestCount: number, recordCount: number) =>
  ({
    refused: { requestCount, recordCount },
    databasePath: join(directory, 'traces.db'),
    uptimeMs: 60_000,
  }) as Health;

describe('checkRefusals', () => {
  it('finds nothing where all was taken', () => {
    expect(checkRefusals(health(0, 0), health(0, 0))).toEqual({ check: 'refusals', findings: [] });
  });

  it('has the reasons since the start from the log, the last of them first', () => {
    writeFileSync(
      join(directory, 'traces.db.log'),
      'tta-obs: Refused with 400: POST /old\nTTA observability 0.1.0\n' +
        'tta-obs: Refused with 404: POST /v1/trace\ntta-obs: Something else\n' +
        'tta-obs: Left out 2 spans that cannot be stored; the answer says why\n' +
        'tta-obs: Refused with 404: POST /v1/trace\n',
    );
    const { findings } = checkRefusals(undefined, health(2, 2));
    expect(findings[0]!.what).toBe('The service has refused 2 requests and 2 records just now.');
    expect(findings[0]!.evidence).toEqual([
      'Refused with 404: POST /v1/trace',
      'Left out 2 spans that cannot be stored; the answer says why',
    ]);
  });

  it('finds what was refused between two looks, and notes what was refused before', () => {
    expect(checkRefusals(health(2, 0), health(3, 0)).findings[0]!.what).toBe(
      'The service has refused 1 request just now.',
    );
    const { findings, notes } = checkRefusals(health(2, 0), health(2, 0));
    expect([findings, notes!.map(({ what }) => what)]).toEqual([
      [],
      ['The service has refused 2 requests since its start 1 min 00 s ago, but none just now.'],
    ]);
  });

  it('never mends by a start that would lose how the service was started', () => {
    expect(checkRefusals(health(2, 0), health(2, 0)).notes![0]!.mend.join()).not.toContain('tta-obs start');
  });
});

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
    expect(checkRefusals(health(0, 0), '')).toEqual([]);
  });

  it('has the reasons since the start from the log, the last of them first', () => {
    writeFileSync(
      join(directory, 'traces.db.log'),
      'tta-obs: Refused with 400: POST /old\nTTA observability 0.1.0\n' +
        'tta-obs: Refused with 404: POST /v1/trace\ntta-obs: Something else\n' +
        'tta-obs: Left out 2 spans that cannot be stored; the answer says why\n' +
        'tta-obs: Refused with 404: POST /v1/trace\n',
    );
    const [finding] = checkRefusals(health(2, 2), ' --port 1');
    expect(finding!.what).toBe(
      'The service has refused 2 requests and 2 records since its start 1 min 00 s ago.',
    );
    expect(finding!.evidence).toEqual([
      'Refused with 404: POST /v1/trace',
      'Left out 2 spans that cannot be stored; the answer says why',
    ]);
    expect(finding!.mend).toContain('tta-obs stop --port 1 && tta-obs start --detach --port 1');
  });
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '@tta/obs-context';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Certificates, makeCertificates } from '../../test/certificates.ts';
import type { OtlpEndpoint } from './destination.ts';
import { otlpDelivery } from './otlp-delivery.ts';

let certificates: Certificates;
let directory: string;

beforeAll(() => void (certificates = makeCertificates()));
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tta-delivery-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Has a program of this name put a batch into its spool. */
function spoolAs(serviceName: string, endpoint: Partial<OtlpEndpoint>): void {
  const surroundings = { clock: systemClock, random: systemRandom, ready: undefined, onTrouble: () => {} };
  const { backlog, sender } = otlpDelivery(
    { name: 'here', url: 'https://h.test/v1/logs', spool: { directory }, ...endpoint },
    'logs',
    { ...surroundings, serviceName },
    () => {},
  );
  expect(backlog.append({ body: Buffer.from('lines'), count: 1 })).toBe(true);
  backlog.close();
  sender.abort();
}

describe('a spool', () => {
  const accounts: [string, (account: string) => Partial<OtlpEndpoint>][] = [
    ['a header', (account) => ({ headers: { 'x-account': account } })],
    ['the query', (account) => ({ url: `https://h.test/v1/logs?account=${account}` })],
    ['the user name', (account) => ({ url: `https://${account}@h.test/v1/logs` })],
    ['the password', (account) => ({ url: `https://:${account}@h.test/v1/logs` })],
    ['a certificate of the client', () => ({ tls: certificates.client })],
  ];

  it.each(accounts)('is of one program alone where %s may name an account', async (_what, account) => {
    spoolAs('shop', account('a'));
    spoolAs('stock', account('b'));
    expect(await readdir(directory)).toHaveLength(2);
  });

  it.each(accounts)('is found again by its program when %s has changed', async (_what, account) => {
    spoolAs('shop', account('old'));
    spoolAs('shop', account('new'));
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('is of all programs where nothing names an account', async () => {
    const { ca } = certificates;
    spoolAs('shop', { tls: { ca } });
    spoolAs('stock', {});
    expect(await readdir(directory)).toHaveLength(1);
  });
});

import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tta/obs-context/manual';
import { fnv1a64 } from '../fnv1a.ts';
import { probabilisticPolicy, type ProbabilisticSettings } from './probabilistic.ts';

const random = seededRandom(11);
const randomPart = (): string =>
  Math.floor(random.next() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
const randomTraceId = (): string => randomPart() + randomPart() + randomPart() + randomPart();
const traceIds = Array.from({ length: 100_000 }, randomTraceId);

const some = traceIds.slice(0, 10_000);

function kept(settings: ProbabilisticSettings, of = some): string[] {
  const policy = probabilisticPolicy(settings);
  return of.filter((traceId) => policy.matches({ traceId, spans: [] }));
}

describe('fnv1a64', () => {
  // From the test vectors of the algorithm's authors.
  it.each([
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['foobar', '85944171f73967e8'],
    ['chongo was here!\n', '46810940eff5f915'],
  ])('hashes %j', (text, hex) => {
    const { high, low } = fnv1a64(new TextEncoder().encode(text));
    expect(high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')).toBe(hex);
  });

  it('agrees with plain 64-bit arithmetic', () => {
    for (const traceId of traceIds.slice(0, 1_000)) {
      const bytes = new TextEncoder().encode(traceId);
      let hash = 0xcbf29ce484222325n;
      for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
      const { high, low } = fnv1a64(bytes);
      expect((BigInt(high) << 32n) | BigInt(low)).toBe(hash);
    }
  });
});

describe('probabilisticPolicy', () => {
  it.each([0.1, 10, 50])('keeps %d %% of 100,000 traces, within 99.9 % confidence', (percentage) => {
    const share = percentage / 100;
    const deviation = Math.sqrt(traceIds.length * share * (1 - share));
    const count = kept({ sampling_percentage: percentage }, traceIds).length;
    expect(Math.abs(count - traceIds.length * share)).toBeLessThan(3.291 * deviation);
  });

  it('keeps none at 0 and all from 100 on', () => {
    expect(kept({ sampling_percentage: 0 })).toHaveLength(0);
    expect(kept({ sampling_percentage: 100 })).toHaveLength(some.length);
    expect(kept({ sampling_percentage: 250 })).toHaveLength(some.length);
  });

  it('keeps at a higher percentage all that it keeps at a lower one', () => {
    const many = new Set(kept({ sampling_percentage: 30 }));
    expect(kept({ sampling_percentage: 10 }).every((traceId) => many.has(traceId))).toBe(true);
  });

  it('chooses others with another salt, and the same with the salt that is the default', () => {
    const byDefault = kept({ sampling_percentage: 10 });
    expect(kept({ sampling_percentage: 10, hash_salt: 'default-hash-seed' })).toEqual(byDefault);
    expect(kept({ sampling_percentage: 10, hash_salt: '' })).toEqual(byDefault);
    const salted = new Set(kept({ sampling_percentage: 10, hash_salt: 'second layer' }));
    const both = byDefault.filter((traceId) => salted.has(traceId)).length;
    expect(Math.abs(both - 100)).toBeLessThan(3.291 * Math.sqrt(100 * 0.99));
  });

  it('takes the bytes of the trace id for the hash, as the Collector does', () => {
    const traceId = '0123456789abcdef0123456789abcdef';
    const bytes = Uint8Array.from(traceId.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const salt = new TextEncoder().encode('default-hash-seed');
    const { high, low } = fnv1a64(Uint8Array.from([...salt, ...bytes]));
    // The share of all hashes that ends a hair above or below this one; a double has no finer ones.
    const isKept = (hair: number): boolean =>
      probabilisticPolicy({ sampling_percentage: ((high + (low + hair) / 2 ** 32) / 2 ** 32) * 100 }).matches(
        {
          traceId,
          spans: [],
        },
      );
    expect(isKept(2 ** 15)).toBe(true);
    expect(isKept(-(2 ** 15))).toBe(false);
  });
});

import type { ConfigNode } from '../config-node.ts';
import { fnv1a64, type Hash64 } from '../fnv1a.ts';
import type { Policy } from '../policy.ts';

/** `probabilistic`: a share of all traces, chosen by a hash of the trace id. */
export interface ProbabilisticSettings {
  /** 0 to 100; more is all. */
  readonly sampling_percentage: number;
  /** Processes with the same salt choose the same traces, Collectors included. @defaultValue 'default-hash-seed' */
  readonly hash_salt?: string;
}

const defaultSalt = 'default-hash-seed';

export function readProbabilistic(node: ConfigNode): ProbabilisticSettings {
  const fields = node.fields('sampling_percentage', 'hash_salt');
  return {
    sampling_percentage: fields.node('sampling_percentage').number(),
    ...fields.optional('hash_salt', (salt) => (salt.value === '' ? '' : salt.string('give a text'))),
  };
}

export function probabilisticPolicy(settings: ProbabilisticSettings): Policy {
  const salted = fnv1a64(new TextEncoder().encode(settings.hash_salt || defaultSalt));
  const highest = share(settings.sampling_percentage / 100);
  return {
    matches({ traceId }) {
      const hash = fnv1a64(hexBytes(traceId), salted);
      return hash.high < highest.high || (hash.high === highest.high && hash.low <= highest.low);
    },
    isLasting: true,
    isStateful: false,
  };
}

/** `always_sample`: every trace. It has no settings. */
export function alwaysSamplePolicy(): Policy {
  return { matches: () => true, isLasting: true, isStateful: false };
}

/** The part of all 64-bit numbers that `ratio` covers, from 0 on. Scaling by powers of two loses no digit. */
function share(ratio: number): Hash64 {
  if (ratio >= 1) return { high: 0xffff_ffff, low: 0xffff_ffff };
  const high = Math.floor(ratio * 2 ** 32);
  return { high, low: Math.floor((ratio * 2 ** 32 - high) * 2 ** 32) };
}

function hexBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = hexDigit(hex.charCodeAt(2 * at)) * 16 + hexDigit(hex.charCodeAt(2 * at + 1));
  return bytes;
}

/** Six times as fast as `parseInt` of each pair, which is most of what a decision costs. */
function hexDigit(charCode: number): number {
  return charCode <= 57 ? charCode - 48 : charCode - 87;
}

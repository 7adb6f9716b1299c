import type { OtlpEndpoint } from '@tta/obs-tracing';
import type { OtlpSettings } from './environment/otlp.ts';

const usualTimeoutMs = 10_000;

/**
 * The OTLP destination that the environment describes, for one signal; `undefined` without an address, and where what
 * https was to be done with cannot be had.
 *
 * @param exportTimeoutMs - How long an export may take: a request is an attempt of it, so the shorter limit counts.
 * @param url - Its address, unless it is the environment's.
 */
export function otlpService(
  settings: OtlpSettings,
  exportTimeoutMs: number | undefined,
  url: string | undefined = settings.url,
): OtlpEndpoint | undefined {
  const { protocol, headers, compression, timeoutMs, tls } = settings;
  if (url === undefined || (tls === 'unusable' && url.startsWith('https:'))) return undefined;
  const isLimited = timeoutMs !== undefined || exportTimeoutMs !== undefined;
  const limitMs = Math.min(timeoutMs ?? usualTimeoutMs, exportTimeoutMs ?? Infinity);
  return {
    name: 'otlp',
    url,
    protocol,
    ...(headers ? { headers } : {}),
    ...(compression ? { compression } : {}),
    ...(tls && tls !== 'unusable' ? { tls } : {}),
    ...(isLimited ? { timeoutMs: limitMs } : {}),
  };
}

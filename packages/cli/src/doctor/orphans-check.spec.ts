import { describe, expect, it } from '@jest/globals';
import { EPOCH_MS, evidenceOf, type ToldSpan } from '../../test/stored-spans.ts';
import type { Evidence } from './evidence.ts';
import { checkFlush } from './flush-check.ts';
import { checkOrphans } from './orphans-check.ts';

const traceId = '1'.repeat(32);
const missing = 'f'.repeat(16);
const orphan: ToldSpan = { traceId, spanId: '2'.repeat(16), parentSpanId: missing, startMs: 0, endMs: 10 };
const root: ToldSpan = { traceId, spanId: '3'.repeat(16), name: 'root', startMs: 0, endMs: 20 };
const remote = { ...orphan, kind: 2, flags: 0x301 };

const found = (spans: readonly ToldSpan[], known: Partial<Evidence> = {}) => {
  const evidence = evidenceOf(spans, known);
  return [...checkOrphans(evidence, { url: 'http://s' }), ...checkFlush(evidence)].map(({ check }) => check);
};

describe('spans without their parent', () => {
  it.each<[string, readonly ToldSpan[], readonly string[]]>([
    ['were called by a process that does not report here', [remote], ['orphans']],
    [
      'take calls, where the SDK does not tell where the parent is',
      [{ ...orphan, kind: 2, flags: 1 }],
      ['orphans'],
    ],
    ['lie in the midst of a trace', [root, orphan], ['orphans']],
    ['are all that was sent of a trace', [orphan], ['flush']],
    ['are all, where the SDK does not tell where the parent is', [{ ...orphan, flags: 1 }], ['flush']],
  ])('%s', (_reason, spans, checks) => {
    expect(found(spans)).toEqual(checks);
  });

  it('may still get it while the process runs', () => {
    const known = { hasEnded: () => false };
    expect(found([root, orphan], known)).toEqual([]);
    expect(found([orphan], known)).toEqual([]);
  });

  it('may still get it from a caller that has just called', () => {
    expect(found([remote], { nowMs: EPOCH_MS + 30_000 })).toEqual([]);
    expect(found([remote], { nowMs: EPOCH_MS + 90_000 })).toEqual(['orphans']);
  });

  it('have lost it to retention', () => {
    const traces = evidenceOf([orphan, root, remote]).traces.map((trace) => ({ ...trace, isPartial: true }));
    expect(found([], { traces })).toEqual([]);
  });

  it('are told together with those of the same scope and process', () => {
    const others = ['4', '5', '6', '7'].map((digit) => ({
      ...remote,
      spanId: digit.repeat(16),
      scope: 'http',
    }));
    const [finding, further] = checkOrphans(evidenceOf(others), { url: 'http://s' });
    expect(further).toBeUndefined();
    expect(finding!.what).toContain('4 spans of "shop" (scope "http") were called');
    expect(finding!.evidence[3]).toBe('and 1 more');
  });

  it.each<[Record<string, string>, string]>([
    [{ 'telemetry.distro.name': 'tta-obs' }, 'await obs.shutdown();'],
    [{ 'telemetry.sdk.language': 'nodejs' }, 'await sdk.shutdown();'],
    [{ 'telemetry.sdk.language': 'python' }, 'get_tracer_provider().shutdown()'],
    [{ 'telemetry.sdk.language': 'go' }, 'defer provider.Shutdown(ctx)'],
    [{ 'telemetry.sdk.language': 'java' }, 'openTelemetry.close();'],
  ])('are mended in the words of %j', (attributes, line) => {
    const resource = { 'service.name': 'shop', 'service.instance.id': 'i-1', ...attributes };
    const [finding] = checkFlush(evidenceOf([{ ...orphan, resource }]));
    expect(finding!.mend.join('\n')).toContain(line);
  });
});

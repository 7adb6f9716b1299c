import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DoctorSite } from '../../test/doctor-site.ts';
import { evidenceOf, type ToldSpan } from '../../test/stored-spans.ts';
import { checkTraces } from './check-traces.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';

const RECORDINGS = new URL('../../../server/src/conventions/fixtures/', import.meta.url);

const findingsIn = (evidence: Evidence): readonly Finding[] =>
  checkTraces(evidence, { url: 'http://127.0.0.1:8765' }).flatMap((result) =>
    'findings' in result ? result.findings : [],
  );

describe('what real SDKs have sent', () => {
  let site: DoctorSite;

  beforeEach(() => {
    site = new DoctorSite();
  });

  afterEach(() => site.close());

  it.each(readdirSync(RECORDINGS).filter((file) => file.endsWith('.json')))('is well: %s', async (file) => {
    const { port, url } = await site.service();
    const { traces } = JSON.parse(readFileSync(new URL(file, RECORDINGS), 'utf8')) as { traces: unknown };
    const { status } = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(traces),
    });
    expect(status).toBe(200);
    const report = await site.examine(port, { OTEL_EXPORTER_OTLP_ENDPOINT: url });
    expect(report.traceCount).toBeGreaterThan(0);
    expect(report.findings).toEqual([]);
  });
});

/** What a program does: work of its own, calls in it one after the other or side by side, some in another process. */
interface Work {
  readonly name: string;
  readonly beforeMs: number;
  readonly ownMs: number;
  readonly isSideBySide: boolean;
  /** Milliseconds from one process to the other; `null` for work in the same. */
  readonly wayMs: number | null;
  readonly calls: readonly Work[];
}

const delay = fc.integer({ min: 0, max: 80 });

const work = (depth: number): fc.Arbitrary<Work> =>
  fc.record({
    name: fc.constantFrom('order', 'reserve', 'pay', 'query', 'mail'),
    beforeMs: delay,
    ownMs: delay,
    isSideBySide: fc.boolean(),
    wayMs: fc.option(delay),
    calls: depth === 0 ? fc.constant([]) : fc.array(work(depth - 1), { maxLength: 3 }),
  });

/** One line of work after the other in each lane; lanes run side by side and begin together. */
const lanes = fc.array(fc.array(work(3), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });

/** Lays out work in time, with the spans that an SDK makes of it. */
class Layout {
  readonly spans: ToldSpan[] = [];
  #count = 0;

  /** @returns when it has ended. */
  root(work: Work, startMs: number): number {
    return this.#lay(work, startMs, 'shop', { traceId: this.#id(32) });
  }

  #lay(
    { name, beforeMs, ownMs, isSideBySide, wayMs, calls }: Work,
    startMs: number,
    service: string,
    parent: { readonly traceId: string; readonly parentSpanId?: string; readonly isRemote?: boolean },
  ): number {
    const isCall = wayMs !== null && parent.isRemote !== true;
    const { traceId, parentSpanId, isRemote = false } = parent;
    const spanId = this.#id(16);
    let endMs = startMs + beforeMs;
    if (isCall) {
      const called = { traceId, parentSpanId: spanId, isRemote: true };
      const other = service === 'shop' ? 'bank' : 'shop';
      const inner = { name: `${name} there`, beforeMs, ownMs, isSideBySide, wayMs, calls };
      endMs = this.#lay(inner, startMs + wayMs, other, called) + wayMs;
    } else {
      const child = { traceId, parentSpanId: spanId };
      const begin = endMs;
      for (const call of calls) {
        const end = this.#lay(call, isSideBySide ? begin : endMs, service, child);
        endMs = Math.max(endMs, end);
      }
      endMs += ownMs;
    }
    this.spans.push({
      traceId,
      spanId,
      ...(parentSpanId !== undefined && { parentSpanId }),
      name,
      kind: isRemote ? 2 : isCall ? 3 : 1,
      flags: isRemote ? 0x301 : 0x101,
      startMs,
      endMs,
      resource: { 'service.name': service, 'host.name': 'ada', 'process.pid': service === 'shop' ? 7 : 8 },
    });
    return endMs;
  }

  #id(length: number): string {
    return (++this.#count).toString(16).padStart(length, '0');
  }
}

describe('what a sound program sends', () => {
  it('is well, whatever it does', () => {
    fc.assert(
      fc.property(lanes, fc.integer({ min: 0, max: 300 }), (program, pauseMs) => {
        const layout = new Layout();
        for (const lane of program) {
          let timeMs = 0;
          for (const each of lane) timeMs = layout.root(each, timeMs) + pauseMs;
        }
        expect(findingsIn(evidenceOf(layout.spans))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

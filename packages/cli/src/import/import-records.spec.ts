import { describe, expect, it } from '@jest/globals';
import { readOtlpLines, type TraceRecord } from '@tta/obs-tracing/formats';
import { richTraces } from '../../test/rich-traces.ts';
import type { TracesAnswer } from '../traces-answer.ts';
import { importRecords, ImportCounts } from './import-records.ts';

const taken: TracesAnswer = { kind: 'taken', rejectedCount: 0, message: '', retryAfterMs: undefined };

async function* text(content: string): AsyncGenerator<string> {
  yield content;
}

/** Imports records into a service that answers in turn, the last answer for ever. */
async function importInto(records: AsyncIterable<TraceRecord>, ...answers: readonly TracesAnswer[]) {
  const sizes: number[] = [];
  const problems: string[] = [];
  const counts = new ImportCounts();
  let progressCount = 0;
  await importRecords(records, {
    sender: {
      send: (request) => {
        sizes.push(
          [...request.matchAll(/"spanId":"[0-9a-f]{16}"(?=,"(traceState|parentSpanId|flags)":)/g)].length,
        );
        return Promise.resolve(answers[Math.min(sizes.length, answers.length) - 1]!);
      },
    },
    counts,
    onProblem: (message) => problems.push(message),
    onProgress: () => void progressCount++,
  });
  return { sizes, problems, counts, progressCount };
}

const traces = (count: number) => readOtlpLines(text(richTraces(count)));

describe('importRecords', () => {
  it('sends at most 512 spans at once, and counts spans and traces', async () => {
    const { sizes, problems, counts, progressCount } = await importInto(traces(300), taken);
    expect(sizes.every((size) => size > 0)).toBe(true);
    expect([problems, counts.text, counts.isComplete]).toEqual([[], '600 spans of 300 traces', true]);
    expect(progressCount).toBe(sizes.length);
    expect(sizes.length).toBeGreaterThan(1);
  });

  it('tells what the service rejected, or refused altogether', async () => {
    const rejected = await importInto(traces(1), { ...taken, rejectedCount: 1, message: 'no name' });
    expect(rejected.problems).toEqual(['the service refused 1 of 2 spans: no name']);
    expect([rejected.counts.text, rejected.counts.isComplete]).toEqual(['1 span of 1 trace', false]);
    const refused = await importInto(traces(1), { ...taken, kind: 'refused', message: 'too large' });
    expect(refused.problems).toEqual(['the service refused 2 of 2 spans: too large']);
    expect([refused.counts.text, refused.counts.rejectedCount]).toEqual(['0 spans of 0 traces', 2]);
  });

  it('tells of a file the first warning alone: much the same is said of each request', async () => {
    const { problems, counts } = await importInto(
      traces(1500),
      { ...taken, message: '512 times look wrong' },
      { ...taken, message: '500 times look wrong' },
    );
    expect(problems).toEqual(['the service took the spans, but says: 512 times look wrong']);
    expect(counts.isComplete).toBe(true);
  });

  it('tells problems of the file, without what would steer the terminal', async () => {
    async function* records(): AsyncGenerator<TraceRecord> {
      yield { problem: 'invalid', message: 'line 1 was left out: "\u001b[2J"' };
      yield { problem: 'skipped', message: 'logs' };
    }
    const { problems, counts, sizes } = await importInto(records(), taken);
    expect(problems).toEqual(['line 1 was left out: " [2J"', 'logs']);
    expect([counts.brokenCount, counts.isAllBroken, sizes]).toEqual([1, true, []]);
  });

  it('names no option of the reader, which nobody can set', async () => {
    async function* records(): AsyncGenerator<TraceRecord> {
      yield {
        problem: 'invalid',
        message: 'line 1 was left out: it is longer than 9 characters; raise limitLength',
      };
    }
    expect((await importInto(records(), taken)).problems).toEqual([
      'line 1 was left out: it is longer than 9 characters',
    ]);
  });
});

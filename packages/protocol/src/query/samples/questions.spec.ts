import { describe, expect, it } from '@jest/globals';
import { matchesQuery } from '../match-query.ts';
import { parseQuery } from '../parse-query.ts';
import { printQuery } from '../print-query.ts';
import { queryFields } from '../query-fields.ts';
import type { QueryNode } from '../query-node.ts';
import { queryableSample } from './queryable-sample.ts';
import { questions } from './questions.ts';
import { sampleNowMs, sampleTraces } from './sample-traces.ts';

const traces = sampleTraces.map((sample) => ({ title: sample.title, ...queryableSample(sample) }));

function answer(root: QueryNode | undefined): string[] {
  return traces.filter((trace) => matchesQuery(root, trace, sampleNowMs)).map(({ title }) => title);
}

function fieldsOf(node: QueryNode): readonly string[] {
  if (node.kind === 'filter') return [node.field];
  return ('children' in node ? node.children : [node.child]).flatMap(fieldsOf);
}

describe('the questions', () => {
  it.each(questions)('$inWords — $query', ({ query, expected }) => {
    const { root, problems } = parseQuery(query);
    expect(problems).toEqual([]);
    expect(answer(root)).toEqual(expected);
    expect(answer(parseQuery(printQuery(root)).root)).toEqual(expected);
  });

  it('are at least 40, each asked once', () => {
    expect(new Set(questions.map(({ query }) => query)).size).toBe(questions.length);
    expect(questions.length).toBeGreaterThanOrEqual(40);
  });

  it('find each sample at least once', () => {
    const found = new Set(questions.flatMap(({ expected }) => expected));
    expect(sampleTraces.map(({ title }) => title).filter((title) => !found.has(title))).toEqual([]);
  });

  it('ask for nearly every field', () => {
    const asked = new Set(
      questions.flatMap(({ query }) => {
        const { root } = parseQuery(query);
        return root ? fieldsOf(root) : [];
      }),
    );
    const others = queryFields.map(({ name }) => name).filter((name) => !asked.has(name));
    expect(others).toEqual([]);
  });
});

describe('the samples', () => {
  it('are 20 traces of all sorts with ids of their own, newest first', () => {
    expect(sampleTraces.length).toBeGreaterThanOrEqual(20);
    expect(new Set(sampleTraces.map(({ traceId }) => traceId)).size).toBe(sampleTraces.length);
    const starts = sampleTraces.map(({ spans }) => spans[0]!.startMs);
    expect(starts).toEqual(starts.toSorted((left, right) => right - left));
    for (const { traceId, spans } of sampleTraces) {
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(spans.map(({ spanId }) => /^[0-9a-f]{16}$/.test(spanId))).not.toContain(false);
    }
  });
});

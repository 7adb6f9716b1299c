import { describe as suite, expect, it } from '@jest/globals';
import { InstrumentedPrimitive, named, type PrimitiveLike, type RunScope } from '@tta/obs-instrumentation';
import { cache } from '../cache/cache.ts';
import { fallback } from '../fallback.ts';
import { lambda } from '../lambda.ts';
import { parallel } from '../parallel.ts';
import { resilient } from '../resilient.ts';
import { retry } from '../retry.ts';
import { sequential } from '../sequential.ts';

import { toDot } from './dot.ts';
import { describe, type PrimitiveGraph } from './graph.ts';
import { toMermaid } from './mermaid.ts';

const ask = (question: string): string => question;
/** The ways and names of all nodes. */
const drawn = ({ nodes }: PrimitiveGraph): string[] =>
  nodes.map(({ id, type, name }) => `${id}: ${type} ${name}`);

suite('the graph of a composition', () => {
  it('tells the nodes in the order in which they were composed, the root first, and the edges between them', () => {
    const workflow = sequential(
      parallel({ left: retry(ask), right: lambda('look up', ask) }),
      ({ left }) => left,
    );
    expect(describe(workflow)).toEqual({
      nodes: [
        { id: 'root', type: 'sequential', name: 'sequential' },
        { id: 'root/step_0', type: 'parallel', name: 'parallel' },
        { id: 'root/step_0/branch_left', type: 'retry', name: 'ask' },
        { id: 'root/step_0/branch_left/attempt_{n}', type: 'lambda', name: 'ask' },
        { id: 'root/step_0/branch_right', type: 'lambda', name: 'look up' },
        { id: 'root/step_1', type: 'lambda', name: 'step_1' },
      ],
      edges: [
        { from: 'root', to: 'root/step_0', label: 'step_0' },
        { from: 'root/step_0', to: 'root/step_0/branch_left', label: 'branch_left' },
        { from: 'root/step_0/branch_left', to: 'root/step_0/branch_left/attempt_{n}', label: 'attempt_{n}' },
        { from: 'root/step_0', to: 'root/step_0/branch_right', label: 'branch_right' },
        { from: 'root', to: 'root/step_1', label: 'step_1' },
      ],
    });
  });

  it('is plain JSON, the same each time', () => {
    const workflow = parallel([ask, retry(ask)]);
    const graph = describe(workflow);
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
    expect(describe(workflow)).toEqual(graph);
  });

  it('has a node for each place of one primitive', () => {
    const twice = retry(ask);
    expect(drawn(describe(fallback(twice, twice)))).toEqual([
      'root: fallback ask',
      'root/primary: retry ask',
      'root/primary/attempt_{n}: lambda ask',
      'root/fallback_1: retry ask',
      'root/fallback_1/attempt_{n}: lambda ask',
    ]);
  });

  it('is of a function one node', () => {
    expect(describe(ask)).toEqual({ nodes: [{ id: 'root', type: 'lambda', name: 'ask' }], edges: [] });
  });

  it('shows the layers of resilient from the outermost to the step', () => {
    const protectedAsk = resilient(ask, {
      fallback: [(_: string) => 'none'],
      cache: { key: (question) => question },
      retry: {},
      circuitBreaker: {},
      attemptTimeout: 100,
    });
    expect(drawn(describe(protectedAsk))).toEqual([
      'root: fallback ask',
      'root/primary: cache ask',
      'root/primary/inner: retry ask',
      'root/primary/inner/attempt_{n}: circuit_breaker ask',
      'root/primary/inner/attempt_{n}/inner: timeout ask attempt',
      'root/primary/inner/attempt_{n}/inner/inner: lambda ask',
      'root/fallback_1: lambda lambda',
    ]);
  });

  it('has what named() has named in its place, under the new name', () => {
    expect(drawn(describe(named('ask twice', retry(ask))))).toEqual([
      'root: retry ask twice',
      'root/attempt_{n}: lambda ask',
    ]);
  });

  it('leads back to a cache from itself where it refreshes what is out of date', () => {
    const key = (question: string): string => question;
    expect(describe(cache(ask, { key, staleMs: 1 })).edges).toEqual([
      { from: 'root', to: 'root/inner', label: 'inner' },
      { from: 'root', to: 'root', label: 'refresh' },
    ]);
    expect(describe(cache(ask, { key })).edges).toEqual([{ from: 'root', to: 'root/inner', label: 'inner' }]);
  });

  it('ends where a primitive runs one that it is a part of', () => {
    class Again extends InstrumentedPrimitive<string, string> {
      constructor(name: string, inner: InstrumentedPrimitive<string, string> | undefined) {
        const children: { edge: 'inner' | 'then'; step: InstrumentedPrimitive<string, string> }[] = [];
        super({ type: 'again', name, children });
        children.push(inner ? { edge: 'inner', step: inner } : { edge: 'then', step: this });
      }
      protected run(input: string, _: RunScope): string {
        return input;
      }
    }
    expect(describe(new Again('outer', new Again('loop', undefined))).edges).toEqual([
      { from: 'root', to: 'root/inner', label: 'inner' },
      { from: 'root/inner', to: 'root/inner', label: 'then' },
    ]);
  });

  it('gives two nodes two ids, whatever their edges are called', () => {
    const graph = describe(
      parallel({ 'a/inner': ask, a: retry(ask), 'a~1inner': ask, 'a/attempt_{n}': ask, 'a~': ask, '': ask }),
    );
    const ids = graph.nodes.map(({ id }) => id);
    expect(ids).toEqual([
      'root',
      'root/branch_a~1inner',
      'root/branch_a',
      'root/branch_a/attempt_{n}',
      'root/branch_a~01inner',
      'root/branch_a~1attempt_{n}',
      'root/branch_a~0',
      'root/branch_',
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives two nodes two ids where a primitive of a user has two children at one edge', () => {
    class Two extends InstrumentedPrimitive<string, string> {
      constructor() {
        const child = { edge: 'inner', step: ask } as const;
        super({ type: 'two', children: [child, child, child] });
      }
      protected run(input: string, _: RunScope): string {
        return input;
      }
    }
    expect(describe(new Two()).edges.map(({ to }) => to)).toEqual([
      'root/inner',
      'root/inner~2',
      'root/inner~3',
    ]);
  });

  it('has 10,000 nodes at most, and refuses what has more: shared steps have a place for each way to them', () => {
    const wide = parallel(Array.from({ length: 9_999 }, () => ask));
    const graph = describe(wide);
    expect(graph.nodes).toHaveLength(10_000);
    expect([toMermaid(graph), toDot(graph)].map((picture) => picture.split('\n').length)).toEqual([
      20_001, 20_003,
    ]);
    let shared: PrimitiveLike<string, string> = ask;
    for (let level = 0; level < 20; level++) shared = sequential(shared, shared);
    expect(() => describe(shared)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_GRAPH_SIZE',
        message: expect.stringMatching(
          /^describe: "sequential" has more than 10000 places, .*by themselves$/,
        ),
      }),
    );
  });

  it('refuses what is no step', () => {
    expect(() => describe(undefined as never)).toThrow(/^describe: the primitive is undefined; a step is/);
  });
});

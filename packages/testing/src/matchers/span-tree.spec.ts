import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { inParallel, inSequence } from '../../test/compositions.ts';
import { fallingBack, retrying, work } from '../../test/doubles.ts';
import { spansOf, type Below } from '../../test/spans.ts';
import { noColors } from '../drawing/marked-tree.ts';
import { observe } from '../observe.ts';
import { traceText } from '../drawing/trace-text.ts';
import type { Trace } from '../trace.ts';
import { checkSpanTree, type SpanTree } from './span-tree.ts';

const traceOf = (...roots: readonly Below[]): Trace => ({ spans: spansOf(...roots), lines: [], points: [] });
const passes = (trace: Trace, ...trees: readonly SpanTree[]): boolean => checkSpanTree(trace, ...trees).pass;
const messageOf = (trace: Trace, ...trees: readonly SpanTree[]): string =>
  checkSpanTree(trace, ...trees).message(noColors);

const review = inSequence(
  'review',
  retrying('fetch page', 1),
  inParallel('look', { style: work('style'), logic: work('logic') }),
  fallingBack('tell', 'tell by mail'),
);

const reviewed = (): Promise<Trace> =>
  observe(
    async (trace) => {
      await review.execute('x');
      return { spans: trace.spans, lines: [], points: [] };
    },
    { clock: new ManualClock() },
  );

const step = (span: string, ...children: readonly SpanTree[]): SpanTree => ({ span, children });
const attempt = (edge: string): SpanTree => step(`primitive.retry.${edge}`, 'primitive.work.execute');

const expected = {
  name: 'review',
  children: [
    step(
      'primitive.sequential.step_0',
      step('primitive.retry.execute', attempt('attempt_1'), attempt('attempt_2')),
    ),
    step(
      'primitive.sequential.step_1',
      step(
        'primitive.parallel.execute',
        step('primitive.parallel.branch_logic', 'primitive.work.execute'),
        step('primitive.parallel.branch_style', 'primitive.work.execute'),
      ),
    ),
    { span: 'primitive.sequential.step_2', children: 'any' },
  ],
} as const satisfies SpanTree;

describe('checkSpanTree', () => {
  it('holds where the trace is exactly the trees', async () => {
    expect(passes(await reviewed(), expected)).toBe(true);
  });

  it('draws what is expected and what is there as one tree', async () => {
    const [, look, tell] = expected.children;
    const other: SpanTree = {
      ...expected,
      children: [
        step(
          'primitive.sequential.step_0',
          step(
            'primitive.retry.execute',
            {
              span: 'primitive.retry.attempt_1',
              attributes: { 'error.category': 'network' },
              children: 'any',
            },
            attempt('attempt_2'),
            attempt('attempt_3'),
          ),
        ),
        look,
        step(
          'primitive.sequential.step_2',
          step('primitive.fallback.execute', step('primitive.fallback.primary', 'primitive.work.execute')),
        ),
      ],
    };
    expect(tell.children).toBe('any');
    expect(messageOf(await reviewed(), other)).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpanTree({ name: 'review', children: [ {…}, {…}, {…} ] })
      2 spans are missing, 2 are not expected, 1 is different.

        primitive.sequential.execute "review" success 0 ms
        ├─ primitive.sequential.step_0 "fetch page" success 0 ms
        │  └─ primitive.retry.execute "fetch page" success 0 ms
      ≠ │     ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
      ≠ │     │  │  error.category: expected "network", is "transient"
        │     │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
        │     ├─ primitive.retry.attempt_2 "fetch page" success 0 ms
        │     │  └─ primitive.work.execute "fetch page" success 0 ms
      - │     └─ primitive.retry.attempt_3
      - │        └─ primitive.work.execute
        ├─ primitive.sequential.step_1 "look" success 0 ms
        │  └─ primitive.parallel.execute "look" success 0 ms
        │     ├─ primitive.parallel.branch_style "style" success 0 ms
        │     │  └─ primitive.work.execute "style" success 0 ms
        │     └─ primitive.parallel.branch_logic "logic" success 0 ms
        │        └─ primitive.work.execute "logic" success 0 ms
        └─ primitive.sequential.step_2 "tell" success 0 ms
           └─ primitive.fallback.execute "tell" success 0 ms
              ├─ primitive.fallback.primary "tell" error 0 ms
              │  └─ primitive.work.execute "tell" error 0 ms: overloaded
      +       └─ primitive.fallback.fallback_1 "tell by mail" success 0 ms
      +          └─ primitive.work.execute "tell by mail" success 0 ms

      ≠ different   - missing   + unexpected"
    `);
  });

  it('takes the text that a message draws', async () => {
    const trace = await reviewed();
    const drawn = traceText(trace);
    expect(passes(trace, drawn)).toBe(true);
    expect(passes(trace, `\n${drawn.replaceAll('0 ms', '12.5 s')}\n`)).toBe(true);
    expect(passes(trace, drawn.replace('attempt_2', 'attempt_3'))).toBe(false);
    expect(passes(trace, drawn.replace('"style" success', '"style" error'))).toBe(false);
  });

  it('takes a text of names', async () => {
    const text = `
      primitive.sequential.execute "review"
        primitive.sequential.step_0
          primitive.retry.execute "fetch page" success
            primitive.retry.attempt_1 error
              primitive.work.execute
            primitive.retry.attempt_3 success
              primitive.work.execute
            primitive.retry.attempt_4
        primitive.sequential.step_1
          primitive.parallel.execute
            primitive.parallel.branch_logic
              …
            primitive.parallel.branch_style
              …
        primitive.sequential.step_2
          …
    `;
    expect(messageOf(await reviewed(), text)).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpanTree(…)
      1 span is missing, 1 is different.

        primitive.sequential.execute "review" success 0 ms
        ├─ primitive.sequential.step_0 "fetch page" success 0 ms
        │  └─ primitive.retry.execute "fetch page" success 0 ms
        │     ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
        │     │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
      ≠ │     ├─ primitive.retry.attempt_2 "fetch page" success 0 ms
      ≠ │     │  │  span: expected "primitive.retry.attempt_3", is "primitive.retry.attempt_2"
        │     │  └─ primitive.work.execute "fetch page" success 0 ms
      - │     └─ primitive.retry.attempt_4
        ├─ primitive.sequential.step_1 "look" success 0 ms
        │  └─ primitive.parallel.execute "look" success 0 ms
        │     ├─ primitive.parallel.branch_style "style" success 0 ms
        │     │  └─ primitive.work.execute "style" success 0 ms
        │     └─ primitive.parallel.branch_logic "logic" success 0 ms
        │        └─ primitive.work.execute "logic" success 0 ms
        └─ primitive.sequential.step_2 "tell" success 0 ms
           └─ primitive.fallback.execute "tell" success 0 ms
              ├─ primitive.fallback.primary "tell" error 0 ms
              │  └─ primitive.work.execute "tell" error 0 ms: overloaded
              └─ primitive.fallback.fallback_1 "tell by mail" success 0 ms
                 └─ primitive.work.execute "tell by mail" success 0 ms

      ≠ different   - missing"
    `);
    const right = text.replace('attempt_3', 'attempt_2').replace(/.*attempt_4\n/, '');
    expect(passes(await reviewed(), right)).toBe(true);
  });

  it('takes a text wherever it takes a tree', () => {
    const trace = traceOf({
      name: 'GET /about',
      children: [{ name: 'a', children: [{ name: 'b' }] }, { name: 'c d' }],
    });
    expect(passes(trace, { span: 'GET /about', children: ['a\n  b', 'c d'] })).toBe(true);
    expect(passes(trace, { span: 'GET /about', children: ['a\n  b\nc d success'] })).toBe(true);
    expect(passes(trace, { span: 'GET /about', children: ['a\n  b', 'c'] })).toBe(false);
    expect(passes(trace, 'GET /about\n  …')).toBe(true);
    expect(passes(traceOf({ name: 'a' }, { name: 'b c' }), 'a\nb c')).toBe(true);
  });

  it('draws the trace where it is not to be so', async () => {
    const trace = await observe(
      async (observed) => {
        await work('parse').execute('x');
        return observed;
      },
      { clock: new ManualClock() },
    );
    expect(messageOf(trace, { name: 'parse' })).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveSpanTree({ name: 'parse' })
      The trace is exactly this tree.

        primitive.work.execute "parse" success 0 ms"
    `);
  });

  it('expects one tree for each root', () => {
    const trace = traceOf({ name: 'a' }, { name: 'b', children: [{ name: 'c' }] });
    expect(passes(trace, 'a', { span: 'b', children: ['c'] })).toBe(true);
    expect(passes(trace, { span: 'b', children: ['c'] }, 'a')).toBe(false);
    expect(messageOf(trace, 'a')).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpanTree("a")
      2 spans are not expected.

        a success 0 ms
      + b success 0 ms
      + └─ c success 0 ms

      + unexpected"
    `);
    expect(messageOf(traceOf(), 'a', { span: 'b', children: [{ name: /c/, children: 'any' }] }))
      .toMatchInlineSnapshot(`
      "expect(trace).toHaveSpanTree("a", { span: 'b', children: [ { name: /c/, children: 'any' } ] })
      3 spans are missing.

      - a
      - b
      - └─ /c/

      - missing"
    `);
  });

  it('expects no children where none are named', () => {
    const trace = traceOf({ name: 'a', children: [{ name: 'b' }] });
    expect(passes(trace, 'a')).toBe(false);
    expect(passes(trace, { span: 'a' })).toBe(false);
    expect(passes(trace, { span: 'a', children: [] })).toBe(false);
    expect(passes(trace, { span: 'a', children: 'any' })).toBe(true);
    expect(passes(traceOf({ name: 'a' }), { span: 'a', children: 'any' })).toBe(true);
  });

  it.each<readonly [string | undefined, boolean | undefined, boolean]>([
    ['parallel', undefined, true],
    ['race', undefined, true],
    ['settle', undefined, true],
    ['foreach', undefined, true],
    ['hedge', undefined, true],
    ['sequential', undefined, false],
    [undefined, undefined, false],
    ['sequential', true, true],
    ['parallel', false, false],
  ])('below a span of type %p, unordered: %p, any order will do: %p', (type, unordered, pass) => {
    const trace = traceOf({
      name: 'a',
      ...(type !== undefined && { type }),
      children: [{ name: 'b' }, { name: 'c' }],
    });
    const tree = { span: 'a', children: ['c', 'b'], ...(unordered !== undefined && { unordered }) };
    expect(passes(trace, tree)).toBe(pass);
  });

  it('gives each pattern a span of its own', () => {
    const trace = traceOf({ name: 'a', type: 'parallel', children: [{ name: 'b1' }, { name: 'b2' }] });
    expect(passes(trace, { span: 'a', children: [{ span: /b/ }, { span: /b1/ }] })).toBe(true);
    expect(passes(trace, { span: 'a', children: [{ span: /b1/ }, { span: /b1/ }] })).toBe(false);
  });

  it('pairs what is closest where the order does not matter', () => {
    const trace = traceOf({
      name: 'look',
      type: 'parallel',
      children: [
        { name: 'branch.style', attributes: { lines: 7 }, children: [{ name: 'lint' }, { name: 'format' }] },
        { name: 'branch.logic', attributes: { lines: 7 } },
        { name: 'branch.tests', attributes: { lines: 7 } },
      ],
    });
    const branch = (span: string, lines: number, ...children: readonly SpanTree[]): SpanTree => ({
      span,
      attributes: { lines },
      children,
    });
    const tree = step(
      'look',
      branch('branch.docs', 7),
      branch('branch.tests', 8),
      branch('branch.style', 7, 'format'),
      branch('branch.logic', 7),
    );
    expect(messageOf(trace, tree)).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpanTree({ span: 'look', children: [ {…}, {…}, {…}, {…} ] })
      1 span is missing, 1 is not expected, 1 is different.

        look success 0 ms
        ├─ branch.style success 0 ms
      + │  ├─ lint success 0 ms
        │  └─ format success 0 ms
        ├─ branch.logic success 0 ms
      ≠ ├─ branch.tests success 0 ms
      ≠ │     lines: expected 8, is 7
      - └─ branch.docs lines=7

      + unexpected   ≠ different   - missing"
    `);
  });

  it('takes a span for a renamed one where what is inside it is the same', () => {
    const children = ['a', 'b', 'c'].map((name) => ({ name }));
    const trace = traceOf({ name: 'root', children: [{ name: 'new name', children }] });
    expect(messageOf(trace, step('root', step('old', 'a', 'b', 'c')))).toMatchInlineSnapshot(`
      "expect(trace).toHaveSpanTree({ span: 'root', children: [ { span: 'old', children: [ 'a', 'b', 'c' ] } ] })
      1 span is different.

        root success 0 ms
      ≠ └─ new name success 0 ms
      ≠    │  span: expected "old", is "new name"
           ├─ a success 0 ms
           ├─ b success 0 ms
           └─ c success 0 ms

      ≠ different"
    `);
  });

  it('says where too many differ to compare all with all', () => {
    const children = Array.from({ length: 2100 }, (_, index) => ({ name: `step.${index}` }));
    const failed = children.map(({ name }) => ({ span: name, outcome: 'error' as const }));
    const message = (type: string): string | undefined =>
      messageOf(traceOf({ name: 'root', type, children }), { span: 'root', children: failed }).split('\n')[1];
    expect(message('parallel')).toBe(
      '2100 spans are different. Too many differ to compare all with all: some are paired as they come, and fewer may differ.',
    );
    expect(message('sequential')).toMatch(
      /^2100 spans are missing, 2100 are not expected\. Too many differ /,
    );
  });

  it.each<readonly [string, readonly unknown[], RegExp]>([
    ['no tree', [], /^toHaveSpanTree: nothing is expected; it takes a tree for each root of the trace$/],
    ['a number', [7], /^toHaveSpanTree: tree 0: 7 says nothing/],
    [
      'an empty name further in',
      ['a', { span: 'b', children: ['c', ''] }],
      /tree 1, children\[1\]: "" says nothing/,
    ],
    [
      'a text that is no tree',
      ['a', { span: 'b', children: ['c\n+ └─ d'] }],
      /tree 1, children\[0\]: line 2, "\+ └─ d", is marked/,
    ],
    [
      'children without a span',
      [{ children: ['a'] }],
      /tree 0: nothing is expected; it takes the name of a span or/,
    ],
    [
      'children that are none',
      [{ span: 'a', children: 'all' }],
      /children is "all"; it has to be a list of trees, or 'any'$/,
    ],
    [
      'a misspelt key',
      [{ span: 'a', childs: [] }],
      /no "childs" to expect; .*\{ span, name, outcome, attributes, events, children, unordered \}$/,
    ],
    [
      'an unordered that is none',
      [{ span: 'a', unordered: 'yes' }],
      /unordered is "yes"; it has to be true or false$/,
    ],
  ])('rejects %s', (_what, trees, message) => {
    expect(() => checkSpanTree(traceOf(), ...(trees as never[]))).toThrow(InvalidOptionError);
    expect(() => checkSpanTree(traceOf(), ...(trees as never[]))).toThrow(message);
  });
});

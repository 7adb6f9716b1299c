import { describe, expect, it } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { ManualClock } from '@tta/obs-context/manual';
import { fallingBack, retrying } from '../../test/doubles.ts';
import { spanOf } from '../../test/spans.ts';
import { drawTrees } from './marked-tree.ts';
import { observe } from '../observe.ts';
import { durationText, spanText } from './span-text.ts';
import { traceText, traceTrees } from './trace-text.ts';

describe('spanText', () => {
  it.each([
    ['GET', spanOf('GET', { kind: SpanKind.CLIENT, endMs: 12 }), 'GET success 12 ms'],
    [
      'a step',
      spanOf('step', { attributes: { 'step.name': 'parse "x"' } }),
      'step "parse \\"x\\"" success 0 ms',
    ],
    ['an open span', spanOf('a', { endMs: undefined }), 'a open'],
    ['a failure', spanOf('a', { failed: true, statusMessage: 'no\n  answer' }), 'a error 0 ms: no answer'],
    ['a failure without a word', spanOf('a', { failed: true }), 'a error 0 ms'],
    ['a message of a success', spanOf('a', { statusMessage: 'fine' }), 'a success 0 ms'],
    [
      'a long message',
      spanOf('a', { failed: true, statusMessage: 'x'.repeat(200) }),
      `a error 0 ms: ${'x'.repeat(99)}…`,
    ],
    ['a long name', spanOf('x'.repeat(200)), `${'x'.repeat(99)}… success 0 ms`],
    [
      'a long name of a step',
      spanOf('a', { attributes: { 'step.name': 'x'.repeat(200) } }),
      `a "${'x'.repeat(99)}…" success 0 ms`,
    ],
    [
      'what steers a terminal',
      spanOf('a\n\u{1b}[2J', {
        failed: true,
        statusMessage: '\u{9b}1A\u{202e}',
        attributes: { 'step.name': '\u{9b}31m' },
      }),
      String.raw`a\u{a}\u{1b}[2J "\u{9b}31m" error 0 ms: \u{9b}1A\u{202e}`,
    ],
  ])('tells %s', (_what, span, text) => {
    expect(spanText(span)).toBe(text);
  });
});

describe('durationText', () => {
  it.each([
    [0, '0 ms'],
    [0.44, '0.4 ms'],
    [9.96, '10 ms'],
    [320.4, '320 ms'],
    [9999, '9999 ms'],
    [12_540, '12.5 s'],
  ])('tells %p ms as %p', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('traceText', () => {
  it('tells what a failure says where it arose', async () => {
    await observe(
      async (trace) => {
        await fallingBack('ask', 'ask the other').execute('why?');
        await retrying('fetch page', 1).execute('x');
        expect(`\n${trace}`).toMatchInlineSnapshot(`
          "
            primitive.fallback.execute "ask" success 0 ms
            ├─ primitive.fallback.primary "ask" error 0 ms
            │  └─ primitive.work.execute "ask" error 0 ms: overloaded
            └─ primitive.fallback.fallback_1 "ask the other" success 0 ms
               └─ primitive.work.execute "ask the other" success 0 ms
            primitive.retry.execute "fetch page" success 0 ms
            ├─ primitive.retry.attempt_1 "fetch page" error 0 ms
            │  └─ primitive.work.execute "fetch page" error 0 ms: 503 Service Unavailable
            └─ primitive.retry.attempt_2 "fetch page" success 0 ms
               └─ primitive.work.execute "fetch page" success 0 ms"
        `);
      },
      { clock: new ManualClock() },
    );
  });

  it('says that there are no spans', () => {
    expect(traceText({ spans: [] })).toBe('  (no spans)');
  });

  it('has some 200 lines of what is longer, and 50,000 spans inside each other', () => {
    const spans = Array.from({ length: 50_000 }, (_, index) =>
      spanOf(`n${index}`, { spanId: `${index}`, parentSpanId: index > 0 ? `${index - 1}` : undefined }),
    );
    expect(traceText({ spans }).split('\n')).toHaveLength(201);
  });
});

describe('traceTrees', () => {
  it('shows what is said of a span, and what else there is inside it', () => {
    const spans = [spanOf('a'), spanOf('b', { parentSpanId: 'a' }), spanOf('c')];
    const trees = traceTrees({ spans }, ({ name }) =>
      name === 'a'
        ? {
            mark: 'different',
            notes: ['x: expected 1, is 2'],
            before: [{ text: 'info "asking"', children: [] }],
            after: [{ text: 'd', mark: 'missing', children: [] }],
          }
        : undefined,
    );
    expect(`\n${drawTrees(trees)}`).toMatchInlineSnapshot(`
      "
      ≠ a success 0 ms
      ≠ │  x: expected 1, is 2
        ├─ info "asking"
        ├─ b success 0 ms
      - └─ d
        c success 0 ms"
    `);
  });
});

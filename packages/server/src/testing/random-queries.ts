import { queryFields, type FilterNode, type QueryMatch, type QueryNode } from '@tta/obs-protocol/query';
import fc from 'fast-check';

/** Texts of all sorts, many of which mean the same in one way and not in another. */
export const randomTexts = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'A', 'b', 'checkout', 'Check out', 'error', 'tool', '500') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '50%',
      'a_b',
      'aXb',
      'a\\b',
      '"q"',
      "x' OR 1=1 --",
      'é',
      'É',
      'ậ a',
      'e\u0301',
      'ﬁ',
      '😀',
      '\u212a',
      'x\0y',
      '5e2',
      '0x1f4',
      'true',
      ' 500',
      'out of memory',
      'a\nb',
      'ΟΔΟΣ',
      '東京',
      'naïve café',
      '[REDACTED]',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);

export const randomKeys = fc.constantFrom(
  'k',
  'K',
  'odd "key"',
  'n.m',
  '__proto__',
  'error.type',
  'error.message',
  'session.id',
  'user.id',
  'tag.tags',
  'gen_ai.operation.name',
  'gen_ai.request.model',
  'gen_ai.usage.input_tokens',
  'gen_ai.conversation.id',
  'hedge.attempts',
  'cost.usd',
  'request.id',
  'workflow.name',
  'primitive.type',
  'step.name',
  'service.version',
  'execution.status',
  'cache.outcome',
  'error.category',
);

const halves = fc.constantFrom('\ud83d', 'o', 'c', 'K', '', 'e', 'out', 'a b');
const patterns = fc.oneof(
  randomTexts.map((text) => [text]),
  fc.tuple(fc.oneof(randomTexts, halves), halves).map(([first, last]) => [first, last]),
  fc.tuple(halves, randomTexts, halves).map(([first, middle, last]) => [first, middle, last]),
  fc.array(halves, { minLength: 4, maxLength: 7 }),
);

const quantities = fc.oneof(
  fc.constantFrom(0, 0.5, 1, 2, 10, 500, 1000, -1, 1e308, 5e-324, 2 ** 53),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** @param nowMs - About when the spans are. */
export function randomQueries(nowMs: number): fc.Arbitrary<QueryNode> {
  const moments = fc.oneof(
    fc.integer({ min: -20, max: 20 }).map((seconds) => nowMs + seconds * 500),
    fc.integer({ min: -20, max: 20 }).map((seconds) => ({ agoMs: seconds * 500 })),
    fc.constantFrom(0, 5000, { agoMs: 1e300 }),
  );
  const ordered = (values: fc.Arbitrary<number | { readonly agoMs: number }>): fc.Arbitrary<QueryMatch> =>
    fc.oneof(
      fc.record({
        kind: fc.constant('compare' as const),
        operator: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const),
        value: values,
      }),
      fc.record({ kind: fc.constant('range' as const), from: values, to: values }),
    );
  const present = fc.constant<QueryMatch>({ kind: 'present' });
  const text = patterns.map((parts): QueryMatch => ({ kind: 'text', parts }));
  const matchesOf = (type: string, values: readonly string[] = []): fc.Arbitrary<QueryMatch> => {
    switch (type) {
      case 'text':
      case 'id':
        return fc.oneof({ weight: 1, arbitrary: present }, { weight: 4, arbitrary: text });
      case 'words':
        return fc
          .tuple(randomTexts, fc.constantFrom([], ['']))
          .map(([phrase, star]): QueryMatch => ({ kind: 'text', parts: [phrase, ...star] }));
      case 'enum':
        return fc.oneof(
          present,
          fc.constantFrom(...values).map((value): QueryMatch => ({ kind: 'text', parts: [value] })),
        );
      case 'attribute':
        return fc.oneof(present, text, ordered(quantities));
      case 'time':
        return fc.oneof(present, ordered(moments));
      default:
        return fc.oneof(
          present,
          ordered(quantities),
          quantities.map((value): QueryMatch => ({ kind: 'equal', value })),
        );
    }
  };
  const position = { start: 0, end: 0 };
  const fields = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...queryFields) },
    {
      weight: 1,
      arbitrary: randomKeys.map((key) => ({ name: `attr.${key}` as const, type: 'attribute', values: [] })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...queryFields.filter(({ name }) => ['text', 'status', 'name', 'duration', 'session'].includes(name)),
      ),
    },
  );
  const filters: fc.Arbitrary<FilterNode> = fields.chain((field) =>
    fc
      .array(matchesOf(field.type, 'values' in field ? field.values : []), { minLength: 1, maxLength: 3 })
      .map((anyOf) => ({ kind: 'filter', field: field.name, anyOf, ...position })),
  );
  return fc.letrec<{ node: QueryNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      filters,
      fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('node'), { minLength: 2, maxLength: 3 }),
        )
        .map(([kind, children]): QueryNode => ({ kind, children, ...position })),
      fc
        .tuple(fc.constantFrom('not' as const, 'some' as const), tie('node'))
        .map(([kind, child]): QueryNode => ({ kind, child, ...position })),
    ),
  })).node;
}

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completeQuery } from './complete-query.ts';
import { parseQuery, queryLimits, QueryParser } from './parse-query.ts';
import { printQuery } from './print-query.ts';
import { queryFields, type QueryField } from './query-fields.ts';
import type { FilterNode, QueryMatch, QueryNode, QueryRange } from './query-node.ts';
import { scanQuery } from './scan-query.ts';

/** Texts that look like queries, with all that may be wrong in one. */
const pieces = fc.oneof(
  fc.constantFrom(
    ...'status duration attr. has since time text some( OR AND NOT or : : " \\ ( ) - * , .. > <= error 2s -15m 1e9 $0.05'
      .split(' ')
      .concat(
        ' ',
        ' ',
        '\n',
        '2026-11-21T10:00',
        'é',
        '😀',
        '\uD83D',
        'name:*a*',
        'cost:>1',
        'trace.duration:1s..2s',
      ),
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const queryTexts = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

function nodesOf(node: QueryNode): readonly QueryNode[] {
  const children = 'children' in node ? node.children : 'child' in node ? [node.child] : [];
  return [node, ...children.flatMap(nodesOf)];
}

const isWithin = ({ start, end }: QueryRange, outer: QueryRange): boolean =>
  outer.start <= start && start <= end && end <= outer.end;

/** The same query, wherever it stood. */
function withoutPositions(node: QueryNode): unknown {
  const { start: _start, end: _end, ...rest } = node;
  if ('children' in rest) return { ...rest, children: rest.children.map(withoutPositions) };
  return 'child' in rest ? { ...rest, child: withoutPositions(rest.child) } : rest;
}
const meaningOf = (root: QueryNode | undefined): unknown => root && withoutPositions(root);

describe('any text', () => {
  it('is read without an exception, with every range in its place', () => {
    fc.assert(
      fc.property(queryTexts, (text) => {
        const { root, problems } = parseQuery(text);
        const all = { start: 0, end: text.length };
        for (const node of root ? nodesOf(root) : []) {
          expect(isWithin(node, all)).toBe(true);
          const children = 'children' in node ? node.children : 'child' in node ? [node.child] : [];
          for (const child of children) expect(isWithin(child, node)).toBe(true);
          for (const [index, child] of children.entries()) {
            expect(child.start).toBeGreaterThanOrEqual(children[index - 1]?.end ?? 0);
          }
        }
        for (const problem of problems) {
          expect(isWithin(problem, all)).toBe(true);
          expect(problem.end).toBeGreaterThan(problem.start);
          expect(problem.message).toMatch(/^.+$/s);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('prints as a query without problems that means the same and prints as itself', () => {
    fc.assert(
      fc.property(queryTexts, (text) => {
        const { root } = parseQuery(text);
        const printed = printQuery(root);
        const again = parseQuery(printed);
        expect(again.problems).toEqual([]);
        expect(meaningOf(again.root)).toEqual(meaningOf(root));
        expect(printQuery(again.root)).toBe(printed);
      }),
      { numRuns: 1000 },
    );
  });

  it('is read part by part: a node, cut out, means what it meant', () => {
    fc.assert(
      fc.property(queryTexts, (text) => {
        const { root, problems } = parseQuery(text);
        fc.pre(root !== undefined && problems.length === 0);
        for (const node of nodesOf(root)) {
          expect(meaningOf(parseQuery(text.slice(node.start, node.end)).root)).toEqual(meaningOf(node));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is completed anywhere without an exception, in a range around the cursor', () => {
    fc.assert(
      fc.property(queryTexts, fc.nat(200), (text, at) => {
        const cursor = Math.min(at, text.length);
        const { start, end } = completeQuery(text, cursor);
        expect(isWithin({ start: cursor, end: cursor }, { start, end })).toBe(true);
        expect(isWithin({ start, end }, { start: 0, end: text.length })).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Counts how many characters are looked at. */
class CountedText extends String {
  reads = 0;
  override charAt(position: number): string {
    this.reads++;
    return super.charAt(position);
  }
  override slice(start: number, end: number): string {
    this.reads += end - start;
    return super.slice(start, end);
  }
}

function stepsOf(text: string): number {
  const counted = new CountedText(text);
  const tokens = scanQuery(counted as unknown as string);
  let taken = 0;
  const counting = new Proxy(tokens, {
    get(target, key, receiver): unknown {
      taken++;
      return Reflect.get(target, key, receiver);
    },
  });
  new QueryParser(counted as unknown as string, counting).parse();
  return counted.reads + taken;
}

describe('the steps that reading takes', () => {
  it.each([
    'a ',
    'a',
    '"',
    '"a" ',
    '\\',
    '"\\',
    ':',
    'name:a,',
    'name:"a",',
    'a OR ',
    'AND ',
    'OR ',
    'NOT ',
    '-',
    '- ',
    '(',
    ')',
    '()',
    '(a) ',
    '*',
    'name:*a*',
    'statsu:eror ',
    'attr."',
    'some(a) ',
    'x"y" ',
  ])('grow with the length alone where %j is repeated', (piece) => {
    const steps = (length: number): number => stepsOf(piece.repeat(Math.ceil(length / piece.length)));
    expect(steps(500)).toBeLessThanOrEqual(30 * 500);
    expect(steps(4000)).toBeLessThanOrEqual(30 * 4000);
    expect(steps(4000)).toBeLessThanOrEqual(8.5 * steps(500) + 100);
  });

  it('are bounded for any text', () => {
    fc.assert(
      fc.property(queryTexts, (text) => {
        expect(stepsOf(text)).toBeLessThanOrEqual(30 * text.length + 30);
      }),
    );
  });
});

const texts = fc.oneof(
  fc.constantFrom('a', 'or', 'OR', 'some', '>1', '1..2', '-1', 'a,b', 'a b', '*', '"', '\\', '(', 'a:b', ''),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const patterns = fc.oneof(
  texts.map((text) => [text]),
  fc
    .tuple(
      texts,
      fc.array(
        texts.filter((text) => text !== ''),
        { maxLength: 2 },
      ),
      texts,
    )
    .map(([first, middle, last]) => [first, ...middle, last])
    .filter((parts) => parts.join('') !== ''),
);
const lengths = fc
  .oneof(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), fc.nat(1e9))
  .map((n) => n + 0);
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0);
const moments = fc.integer({ min: 0, max: Date.UTC(9999, 0) });
const agos = lengths.map((agoMs) => ({ agoMs }));

/** Of a time, one end is a moment and the other so long ago: which is first is not known. */
function rangesOf(field: QueryField, numeric: fc.Arbitrary<number>): fc.Arbitrary<QueryMatch> {
  const ends =
    field.type === 'time'
      ? fc.tuple(moments, agos)
      : fc
          .tuple(numeric, numeric)
          .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);
  return ends.map(([from, to]) => ({ kind: 'range', from, to }));
}

function orderedMatches(field: QueryField): fc.Arbitrary<QueryMatch> {
  const isTime = field.type === 'time';
  const numeric = field.type === 'count' || field.type === 'attribute' ? numbers : lengths;
  const compare = fc.record({
    kind: fc.constant('compare'),
    operator: fc.constantFrom('>', '>=', '<', '<='),
    value: isTime ? fc.oneof(moments, agos) : numeric,
  });
  const equal = numeric.map((value): QueryMatch => ({ kind: 'equal', value }));
  const ordered = fc.oneof(compare, rangesOf(field, numeric));
  return isTime || field.type === 'attribute' ? ordered : fc.oneof(ordered, equal);
}

function matchesOf(field: QueryField): fc.Arbitrary<QueryMatch> {
  const present = fc.constant<QueryMatch>({ kind: 'present' });
  const text = patterns.map((parts): QueryMatch => ({ kind: 'text', parts }));
  switch (field.type) {
    case 'text':
    case 'id':
      return fc.oneof(present, text);
    case 'words':
      return fc
        .tuple(texts, fc.constantFrom([], ['']))
        .map(([phrase, star]): QueryMatch => ({ kind: 'text', parts: [`${phrase}1`, ...star] }));
    case 'enum':
      return fc.oneof(
        present,
        fc
          .constantFrom(...(field.values ?? []))
          .map((value): QueryMatch => ({ kind: 'text', parts: [value] })),
      );
    case 'attribute':
      return fc.oneof(present, text, orderedMatches(field));
    default:
      return fc.oneof(present, orderedMatches(field));
  }
}

const nowhere = { start: 0, end: 0 };
const attributes = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 8 })
  .map((key): QueryField => ({ name: `attr.${key}`, type: 'attribute', level: 'span', help: '' }));
const filters: fc.Arbitrary<QueryNode> = fc
  .oneof(fc.constantFrom<QueryField>(...queryFields), attributes)
  .chain((field) =>
    fc
      .array(matchesOf(field), { minLength: 1, maxLength: 3 })
      .map((anyOf) => ({ kind: 'filter', field: field.name as FilterNode['field'], anyOf, ...nowhere })),
  );
const queries = fc.letrec<{ node: QueryNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    filters,
    fc.record({
      kind: fc.constantFrom('and', 'or'),
      children: fc.array(tie('node'), { minLength: 2, maxLength: 3 }),
      start: fc.constant(0),
      end: fc.constant(0),
    }),
    fc.record({
      kind: fc.constantFrom('not', 'some'),
      child: tie('node'),
      start: fc.constant(0),
      end: fc.constant(0),
    }),
  ),
})).node;

describe('any query', () => {
  it('is read again as it was printed', () => {
    fc.assert(
      fc.property(queries, (root) => {
        const printed = printQuery(root);
        fc.pre(printed.length <= queryLimits.length);
        const { root: again, problems } = parseQuery(printed);
        expect(problems).toEqual([]);
        expect(meaningOf(again)).toEqual(meaningOf(root));
      }),
      { numRuns: 1000 },
    );
  });
});

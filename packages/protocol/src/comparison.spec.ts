import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPrimitiveComparison, isPrimitiveVersionList, versionsCalled } from './comparison.ts';

const count = fc.nat();
const length = fc.double({ min: 0, max: 1e12, noNaN: true });
const lengthOrNull = fc.option(length, { nil: null });
const textOrNull = fc.option(fc.string(), { nil: null });
const names = { serviceName: fc.string(), primitiveType: fc.string(), name: fc.string() };

const version = fc.record({
  serviceName: fc.string(),
  version: textOrNull,
  revision: textOrNull,
  firstTimeMs: length,
  lastTimeMs: length,
  calls: count,
});
const compared = fc.record({
  by: fc.constantFrom('version', 'revision'),
  name: fc.string(),
  calls: count,
});
const executions = fc.record({
  calls: count,
  errors: count,
  p50Ms: length,
  p95Ms: length,
  pricedCalls: count,
  costUsd: lengthOrNull,
});
const change = fc.record({
  ratio: lengthOrNull,
  direction: fc.constantFrom('up', 'down', 'none'),
  pValue: lengthOrNull,
  isSignificant: fc.boolean(),
});
const primitive = fc.record({
  ...names,
  baseline: executions,
  candidate: executions,
  duration: change,
  errorRate: change,
  cost: fc.option(change, { nil: null }),
});
const comparison = fc.record({
  sinceMs: length,
  untilMs: length,
  baseline: compared,
  candidate: compared,
  items: fc.array(primitive, { maxLength: 3 }),
  added: fc.array(fc.record(names), { maxLength: 2 }),
  removed: fc.array(fc.record(names), { maxLength: 2 }),
});
const some = {
  sinceMs: 0,
  untilMs: 1,
  baseline: { by: 'version', name: '1', calls: 1 },
  candidate: { by: 'version', name: '2', calls: 1 },
  items: [],
  added: [],
  removed: [],
};

const contract: readonly (readonly [string, (value: unknown) => boolean, fc.Arbitrary<object>])[] = [
  ['isPrimitiveVersionList (its items)', (item) => isPrimitiveVersionList({ items: [item] }), version],
  ['isPrimitiveComparison', isPrimitiveComparison, comparison],
  [
    'isPrimitiveComparison (its items)',
    (item) => isPrimitiveComparison({ ...some, items: [item] }),
    primitive,
  ],
  ['isPrimitiveComparison (a side)', (baseline) => isPrimitiveComparison({ ...some, baseline }), compared],
];

describe.each(contract)('%s', (_, guard, valid) => {
  it('accepts every value of its form, also with fields it does not know', () => {
    fc.assert(fc.property(valid, (value) => guard(value) && guard({ ...value, later: 1 })));
  });

  it('refuses a value that lacks a field or has one of another form', () => {
    fc.assert(
      fc.property(valid, fc.nat(), fc.constantFrom(undefined, Symbol(), NaN, {}), (value, at, wrong) => {
        const keys = Object.keys(value);
        return !guard({ ...value, [keys[at % keys.length]!]: wrong });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => guard(value) === guard(value)));
  });
});

describe('versionsCalled', () => {
  const first = 'abc1234'.padEnd(40, '0');
  const second = 'abc1234'.padEnd(40, '1');
  const known = [
    { version: '1.0.0', revision: first },
    { version: '1.0.0', revision: `${first}-dirty` },
    { version: null, revision: second },
    { version: 'abc1234', revision: null },
    { version: '1.1.0', revision: 'r4711' },
  ];

  it.each([
    ['a version, whatever its revisions', '1.0.0', ['version 1.0.0']],
    ['a whole revision', first, [`revision ${first}`]],
    ['the beginning of one revision', 'ABC12340', [`revision ${first}`]],
    ['the beginning of a revision with changes', 'abc1234-dirty', [`revision ${first}-dirty`]],
    ['a version that looks like a revision', 'abc1234', ['version abc1234']],
    ['a revision of another system', 'r4711', ['revision r4711']],
    ['nothing for a beginning that is too short', 'abc123', []],
    ['nothing for the beginning of a version', '1.0', []],
    ['nothing for an empty text', '', []],
  ])('knows %s', (_, text, found) => {
    expect(versionsCalled(known, text).map(({ by, name }) => `${by} ${name}`)).toEqual(found);
  });

  it('tells all revisions that begin alike', () => {
    const revisions = known.filter(({ version: of }) => of !== 'abc1234');
    expect(versionsCalled(revisions, 'abc1234').map(({ name }) => name)).toEqual([first, second]);
  });
});

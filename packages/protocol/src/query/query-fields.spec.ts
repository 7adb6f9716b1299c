import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseQuery } from './parse-query.ts';
import { namesOf, queryFieldNamed, queryFields, type QueryField } from './query-fields.ts';

const fields: readonly QueryField[] = queryFields;
const page = readFileSync(new URL('../../../../docs/query-language.md', import.meta.url), 'utf8');

describe('the fields', () => {
  it('have each name once, in small letters that need no quotes', () => {
    const names = ['has', 'since', ...fields.flatMap(namesOf)];
    expect(names).toEqual([...new Set(names)]);
    expect(names.filter((name) => !/^[a-z]+(\.[a-z_]+)?$/.test(name))).toEqual([]);
  });

  it('are of the trace where their name says so', () => {
    for (const { name, level } of fields)
      expect([name, level]).toEqual([name, /^trace(\.|$)/.test(name) ? 'trace' : 'span']);
  });

  it('list values where they are of a fixed set, in small letters', () => {
    const withValues = fields.filter(({ values }) => values !== undefined);
    expect(withValues).toEqual(fields.filter(({ type }) => type === 'enum'));
    const values = withValues.flatMap((field) => field.values ?? []);
    expect(values.filter((value) => !/^[a-z_]+$/.test(value))).toEqual([]);
  });

  it('say what they are in one short line', () => {
    expect(fields.filter(({ help }) => !/^\S.{3,59}\S$/.test(help)).map(({ name }) => name)).toEqual([]);
  });
});

describe('queryFieldNamed', () => {
  it('finds a field by its name or an alias, in any case', () => {
    expect(
      ['cost', 'Cost', 'latency', 'STEP', 'trace.id'].map((name) => queryFieldNamed(name)?.name),
    ).toEqual(['cost', 'cost', 'duration', 'label', 'trace']);
  });

  it('takes any key of an attribute as it is', () => {
    expect(queryFieldNamed('Attr.Some Key')).toMatchObject({ name: 'attr.Some Key', type: 'attribute' });
  });

  it.each(['', 'nothing', 'attr.', 'has', 'constructor'])('finds nothing for %j', (name) => {
    expect(queryFieldNamed(name)).toBeUndefined();
  });
});

describe('docs/query-language.md', () => {
  const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const typeNames: Readonly<Record<string, string>> = { money: 'amount', count: 'number' };

  it.each(fields)('describes $name', (field) => {
    const row = rows.find(([, name]) => name === `\`${field.name}\``);
    expect(row?.[2]).toBe(field.values ? 'one of a set' : (typeNames[field.type] ?? field.type));
    for (const name of field.aliases ?? []) expect(row?.[3]).toContain(`\`${name}\``);
    for (const value of field.values ?? []) expect(page).toContain(`\`${value}\``);
  });

  it('opens with queries that can be understood', () => {
    const examples = /^```\n(.*?)\n```$/ms.exec(page)?.[1]?.split('\n') ?? [];
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.flatMap((query) => parseQuery(query).problems)).toEqual([]);
  });

  it('describes no field that is none', () => {
    const described = rows.flatMap(([, name, type]) =>
      type === undefined ? [] : (/^`([a-z._]+)`$/.exec(name ?? '')?.[1] ?? []),
    );
    const known = ['has', 'since', ...fields.map(({ name }) => name)];
    expect(described.filter((name) => !known.includes(name))).toEqual([]);
  });
});

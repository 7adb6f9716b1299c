import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { readOpenSlo, readSloth, type SloFile, writeOpenSlo, writeSloth } from '../../slo-files.ts';
import { defineSlo } from '../define-slo.ts';
import type { SloDefinition, SloIndicator, SloOptions } from '../slo-definition.ts';
import type { SloWindow } from '../slo-window.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`../../../test/slo-files/${name}`, import.meta.url), 'utf8');
}

function faultOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (fault) {
    return fault;
  }
}

/** Why the one SLO of a file, or the file, is not read. */
function complaintOf(read: () => SloFile): string | undefined {
  try {
    const { slos, unreadable } = read();
    expect([slos.length, unreadable.length]).toEqual([0, 1]);
    return unreadable[0];
  } catch (fault) {
    if (fault instanceof InvalidOptionError) return fault.message;
    throw fault;
  }
}

const texts = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
  fc.constantFrom(
    '{{.window}}',
    '{{{',
    'a: b # c',
    '"',
    "'",
    '\\',
    '- x',
    '|',
    '\n\n a',
    ' \n',
    '\n \n',
    ' \t\n  a',
    'null',
    '1e3',
    '...',
    '---',
    '<<',
    '\u0000\u2028\uFEFF',
  ),
);
const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
const names = fc
  .tuple(
    fc.constantFrom('a', 'A', '7'),
    fc.string({ unit: fc.constantFrom('a', 'B', '9', '-', '_', '.'), maxLength: 61 }),
  )
  .map(([first, rest]) => `${first}${rest}z`);
const indicators: fc.Arbitrary<SloIndicator> = fc.oneof(
  fc.constant({ kind: 'availability' } as const),
  fc.record({ kind: fc.constant('latency' as const), thresholdMs: positive }),
  fc.record({ kind: fc.constant('cost' as const), maxUsd: positive }),
);
const definitions: fc.Arbitrary<SloDefinition> = fc
  .record(
    {
      name: names,
      description: texts,
      objective: fc.oneof(
        fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
        fc.constantFrom(0.9, 0.95, 0.99, 0.999, 0.9999, 0.29, 0.57),
      ),
      window: fc.constantFrom<SloWindow>('1h', '61m', '7d', '28d', '4w', '30d', '366d'),
      selection: fc.record(
        { primitiveName: texts, primitiveType: texts, workflowName: texts },
        { requiredKeys: [] },
      ),
      indicator: indicators,
      alerting: fc.record({
        page: fc.boolean(),
        ticket: fc.boolean(),
        minEvents: fc.integer({ min: 1, max: 1e9 }),
      }),
    },
    { requiredKeys: ['name', 'objective', 'indicator'] },
  )
  .map((options) => defineSlo(options as SloOptions));
const lists = fc.uniqueArray(definitions, { selector: (slo) => slo.name, maxLength: 5, minLength: 1 });

const runs = defineSlo({ name: 'runs', objective: 0.999, indicator: { kind: 'availability' } });

describe.each([
  ['OpenSLO', writeOpenSlo, readOpenSlo],
  ['Sloth', writeSloth, readSloth],
])('a file of %s', (format, write, read) => {
  it('is read as it was written, without a warning', () => {
    fc.assert(
      fc.property(lists, (slos) => {
        expect(read(write(slos))).toEqual({ slos, unreadable: [], warnings: [] });
      }),
      { numRuns: 100 },
    );
  });

  it('holds no template beside Sloth’s window', () => {
    fc.assert(
      fc.property(lists, (slos) => {
        const templates =
          write(slos.map((slo) => ({ ...slo, description: 'none' }))).match(/\{\{.{0,9}/g) ?? [];
        expect(new Set(templates)).toEqual(new Set(format === 'Sloth' ? ['{{.window}}'] : []));
      }),
    );
  });

  it('is refused where two SLOs have one name', () => {
    expect(() => write([runs, runs])).toThrow('two SLOs are called "runs"; give each a name of its own');
  });

  it('is refused where an SLO cannot be', () => {
    expect(() => write([{ ...runs, objective: 2 }])).toThrow('SLO "runs": objective is 2');
  });

  it.each(['', 'Shop', 'a'.repeat(64), 'a b'])('names no service %j', (service) => {
    expect(() => write([runs], { service })).toThrow(`service is ${JSON.stringify(service)}; give 1 to 63`);
  });

  it.each<[string, string, string]>([
    ['a tag', 'a: !!js/function "function () { return 1 }"', 'file cannot be read: Unresolved tag'],
    ['a tag of a known language', 'a: !python/object:os.system x', 'file cannot be read: Unresolved tag'],
    ['binary', 'a: !!binary aGVsbG8=', 'file cannot be read: Unresolved tag'],
    ['no YAML', 'a: [1', 'at line 1, column'],
    ['tabs', 'a:\n\t- b', 'file cannot be read'],
    ['a key twice', 'a: 1\na: 2', 'the key "a" is there twice at line 2, column 1; give plain YAML or JSON'],
    ['a key that is a list', '[a]: 1', 'file cannot be read'],
    ['an alias that is none', 'a: *b', 'file cannot be read: Unresolved alias'],
    ['a merge of a text', 'a: &a x\nb: { <<: *a }', 'file cannot be read: Merge sources must be maps'],
    ['deep nesting', '['.repeat(250_000), 'more than 64 levels'],
    ['deep nesting in one line', '- '.repeat(100_000), 'more than 64 levels'],
    ['many faults', `a: [${','.repeat(2_000)}`, 'at line 1, column'],
    [
      'many keys',
      `${Array.from({ length: 2_000 }, (_, i) => `k${i}: 1`).join('\n')}\nk7: 2`,
      'the key "k7" is there twice at line 2001',
    ],
    ['many nodes', `[${'[],'.repeat(80_000)}]`, 'more than 20000 nodes'],
    ['many quotes', '"'.repeat(250_000), 'more than 20000 nodes'],
    ['many anchors', '- &a b\n'.repeat(30_000), 'more than 20000 nodes'],
    ['a long text', `# ${'x'.repeat(300_000)}`, 'file has 300002 characters; give at most 262144'],
    ['a text', 'hello', 'give an object'],
    ['a number', '42', 'give an object'],
  ])('is refused with %s in it', (_what, text, message) => {
    const fault = faultOf(() => read(text));
    expect(fault).toBeInstanceOf(InvalidOptionError);
    expect((fault as Error).message).toContain(message);
    expect((fault as Error).message).toMatch(/^[^\n]+$/);
  });

  it('is read but for the SLO that cannot be', () => {
    const other = { ...runs, name: 'other' };
    const text = write([runs, other]).replace('"indicator":', '"indicador":');
    const { slos, unreadable, warnings } = read(text);
    expect(slos).toEqual([other]);
    expect(unreadable).toHaveLength(1);
    expect(unreadable[0]).toContain('SLO "runs": indicator is missing; give { kind');
    expect(warnings).toEqual([]);
  });

  const matchers = { job: 'shop', team: 'a"\\b' };

  it('matches what it is told to match, and is read with a remark about it', () => {
    const text = write([runs], { matchers });
    expect(text).toContain('slo_events_total{job=');
    expect(read(text)).toEqual({
      slos: [runs],
      unreadable: [],
      warnings: [
        'SLO "runs": the query matches job="shop", team="a\\"\\\\b"; here the executions of this process count',
      ],
    });
  });

  it.each([
    [{ slo_name: 'a' }, 'matchers has "slo_name"; give names of labels'],
    [{ 'a-b': 'a' }, 'matchers has "a-b"; give names of labels'],
    [{ job: '' }, 'matchers.job is ""; give a text'],
    [{ job: '{{x}}' }, 'matchers.job is "{{x}}"; give a text'],
    [{ job: 7 as never }, 'matchers.job is 7; give a text'],
  ])('matches nothing that cannot be matched: %j', (wrong, message) => {
    expect(() => write([runs], { matchers: wrong })).toThrow(message);
  });

  it('is refused when it is none', () => {
    expect(() => read(undefined as never)).toThrow(`the ${format} file is of type undefined; give its text`);
  });

  it('is refused where aliases make much of little', () => {
    const layers = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]`);
    expect(() => read(`a0: &a0 [x]\n${layers.join('\n')}`)).toThrow('Excessive alias count');
    const merged = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: *a${i}}`);
    expect(() => read(`a0: &a0 {x: 1}\n${merged.join('\n')}`)).toThrow(InvalidOptionError);
    expect(() => read(`a: &a 1\nb: [${'*a,'.repeat(101)}]`)).toThrow('more than 100 aliases in one document');
  });

  it('is told to be empty', () => {
    const nothing = { slos: [], unreadable: [], warnings: [`the ${format} file holds no SLO`] };
    expect(read('')).toEqual(nothing);
    expect(read('# nothing\n---\n---\n')).toEqual(nothing);
  });

  it('keeps descriptions that begin or end with blank lines', () => {
    const blank = fc
      .string({ unit: fc.constantFrom(' ', '\n', '\t', 'a'), minLength: 1, maxLength: 6 })
      .map((description) => defineSlo({ ...runs, description }));
    fc.assert(
      fc.property(blank, (slo) => expect(read(write([slo])).slos).toEqual([slo])),
      { numRuns: 300 },
    );
  });

  it('changes no prototype', () => {
    const fail = () => read('__proto__: { polluted: true }\nconstructor: { prototype: { polluted: true } }');
    expect(fail).toThrow(InvalidOptionError);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('reads or refuses whatever it is given', () => {
    const written = write([runs, defineSlo({ ...runs, name: 'other', alerting: false })]);
    const damaged = fc
      .tuple(
        fc.nat(written.length),
        fc.nat(12),
        fc.oneof(texts, fc.constantFrom('{', '}', ':', '- ', '\n', ' ')),
      )
      .map(([at, length, text]) => written.slice(0, at) + text + written.slice(at + length));
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string({ maxLength: 200 })), (text) => {
        const fault = faultOf(() => read(text));
        expect(
          fault === undefined || (fault instanceof InvalidOptionError && !fault.message.includes('\n')),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('writeSloth', () => {
  it('writes what Sloth reads', () => {
    const slo = defineSlo({
      ...runs,
      description: 'Runs end well',
      window: '28d',
      alerting: { ticket: false },
      selection: { workflowName: '{{ $labels.x }}' },
    });
    const [written] = [parse(writeSloth([slo], { service: 'shop' }))] as [Record<string, unknown>];
    expect(written).toEqual({
      version: 'prometheus/v1',
      service: 'shop',
      slos: [
        {
          name: 'runs',
          objective: 99.9,
          description: 'Runs end well',
          sli: {
            events: {
              error_query: 'sum(rate(slo_events_total{slo_name="runs",slo_outcome="bad"}[{{.window}}]))',
              total_query: 'sum(rate(slo_events_total{slo_name="runs"}[{{.window}}]))',
            },
          },
          alerting: {
            name: 'SloErrorBudgetBurn',
            annotations: {
              tta_slo:
                '{"window":"28d","selection":{"workflowName":"{\\u007b $labels.x }}"},"indicator":{"kind":"availability"},"alerting":{"page":true,"ticket":false,"minEvents":10}}',
            },
            ticket_alert: { disable: true },
          },
        },
      ],
    });
  });
});

describe('readSloth', () => {
  it('reads a file that people wrote', () => {
    const { slos, warnings } = readSloth(fixture('sloth-shop.yaml'));
    expect(slos).toEqual([
      defineSlo({
        name: 'answer-availability',
        description: 'Nearly every question gets an answer.',
        objective: 0.995,
        selection: { primitiveName: 'answer' },
        indicator: { kind: 'availability' },
        alerting: { ticket: false },
      }),
      defineSlo({
        name: 'answer-latency',
        objective: 0.95,
        selection: { primitiveName: 'answer' },
        indicator: { kind: 'latency', thresholdMs: 2500 },
      }),
      defineSlo({
        name: 'checkout-raw',
        objective: 0.999,
        selection: { primitiveType: 'sequential', workflowName: 'checkout' },
        indicator: { kind: 'availability' },
        alerting: { page: false },
      }),
    ]);
    expect(warnings).toEqual([
      'SLO "answer-availability": the query counts timeouts as good; here they are bad',
      'SLO "answer-availability": the query counts cancelled and suspended executions as good; here they are neither',
      'SLO "answer-availability": labels is not read',
      'SLO "answer-availability": alerting.labels is not read',
      'SLO "answer-availability": alerting.annotations.runbook is not read',
      'SLO "answer-availability": alerting.page_alert.labels is not read',
      'the Sloth file: labels is not read',
    ]);
  });

  it('reads what two branches and a hurried afternoon leave behind', () => {
    const { slos, warnings } = readSloth(fixture('sloth-nasty.yaml'));
    expect(slos).toEqual([
      defineSlo({
        name: 'llm',
        objective: 0.99,
        selection: { primitiveType: 'llm' },
        indicator: { kind: 'availability' },
      }),
      defineSlo({
        name: 'llm-strict',
        objective: 0.9995,
        selection: { primitiveType: 'llm' },
        indicator: { kind: 'cost', maxUsd: 0.25 },
        alerting: { page: false, minEvents: 50 },
      }),
      defineSlo({
        name: '99',
        objective: 0.999,
        selection: { primitiveName: 'a/b' },
        indicator: { kind: 'latency', thresholdMs: 42 },
      }),
    ]);
    expect(warnings).toEqual([
      'SLO "llm-strict": alerting.annotations.tta_slo.comment is not read',
      'SLO "llm-strict": its sli is not read, the annotation tta_slo says what is measured',
      'SLO "llm-strict": Description is not read',
      'the Sloth file: slo_plugins is not read',
      'the Sloth file: templates is not read',
      'SLO "99": the query counts executions that failed; here those that succeeded count',
      'SLO "99": the query asks for a bucket of 42 ms, which is not exported; here the limit is exact (buckets: 10, 50, 100, 250, 500, 1000, 2500, 5000, 10000)',
    ]);
  });

  const events = `events: { error_query: 'sum(primitive_execution_count{primitive_name="a",execution_status=~"error|timeout"})', total_query: 'sum(primitive_execution_count{primitive_name="a",execution_status!~"cancelled|suspended"})' }`;
  const sloth = (slo: string): string => `version: prometheus/v1\nservice: shop\nslos:\n  - ${slo}`;

  it('takes anchors and merges', () => {
    const { slos, warnings } = readSloth(
      `version: prometheus/v1\nservice: shop\nslos:\n  - &first\n    name: a\n    objective: 99\n    sli: { ${events} }\n  - <<: *first\n    name: b\n`,
    );
    expect(slos.map(({ name, objective }) => [name, objective])).toEqual([
      ['a', 0.99],
      ['b', 0.99],
    ]);
    expect(warnings).toEqual([]);
  });

  it('reads several documents, and JSON', () => {
    const text = [writeSloth([runs]), JSON.stringify(parse(writeSloth([{ ...runs, name: 'b' }])))].join(
      '---\n',
    );
    expect(readSloth(text).slos.map(({ name }) => name)).toEqual(['runs', 'b']);
  });

  it('reads every field that was misspelt as not read', () => {
    const text = writeSloth([defineSlo({ ...runs, alerting: { page: false } })])
      .replace('page_alert', 'page_alarm')
      .replace('service:', 'servise:');
    expect(readSloth(text).warnings).toEqual([
      'SLO "runs": alerting.page_alarm is not read',
      'the Sloth file: servise is not read',
    ]);
  });

  it('takes the annotation’s word over other queries, and tells so', () => {
    const text = writeSloth([runs]).replace('slo_outcome="bad"', 'slo_outcome="good"');
    expect(readSloth(text)).toEqual({
      slos: [runs],
      unreadable: [],
      warnings: ['SLO "runs": its sli is not read, the annotation tta_slo says what is measured'],
    });
  });

  it('takes the file’s objective over nothing', () => {
    expect(
      readSloth(writeSloth([runs]).replace('objective: 99.9', 'objective: 99.5')).slos[0]?.objective,
    ).toBe(0.995);
  });

  it.each<[string, (written: string) => string, { page: boolean; ticket: boolean }]>([
    [
      'turned off',
      (written) => `${written.trimEnd()}\n      page_alert: { disable: true }\n`,
      { page: false, ticket: true },
    ],
    [
      'turned on',
      (written) => written.replace('ticket_alert:\n        disable: true', ''),
      { page: true, ticket: true },
    ],
  ])('takes the file’s word over the annotation’s for alerts that somebody %s', (how, edit, expected) => {
    const alerting = { ticket: how === 'turned off', minEvents: 50 };
    const { slos, warnings } = readSloth(edit(writeSloth([{ ...runs, alerting }])));
    expect(slos[0]?.alerting).toEqual({ ...expected, minEvents: 50 });
    expect(warnings).toEqual([]);
  });

  it('tells what an annotation has too much of', () => {
    const text = writeSloth([runs]).replace('{"window"', '{"owner":1,"window"');
    expect(readSloth(text).warnings).toEqual(['SLO "runs": alerting.annotations.tta_slo.owner is not read']);
  });

  it.each<[string, string]>([
    ['the Sloth file: version is "prometheus/v2"; give prometheus/v1', 'version: prometheus/v2\nslos: []'],
    [
      'the Sloth file: version is missing; give prometheus/v1',
      'apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel',
    ],
    ['the Sloth file: slos is missing; give a list', 'version: prometheus/v1'],
    ['the Sloth file: slos is {"a":1}; give a list', 'version: prometheus/v1\nslos: { a: 1 }'],
    ['the Sloth file: slos[0].name is missing; give the SLO a name', sloth('objective: 99')],
    ['the Sloth file: slos[0] is "a"; give an object', sloth('a')],
    ['the name of an SLO is "a b"', sloth(`{ name: a b, objective: 99, sli: { ${events} } }`)],
    ['SLO "a": objective is missing; give a percentage', sloth('{ name: a }')],
    ['SLO "a": objective is "99"; give a percentage', sloth('{ name: a, objective: "99" }')],
    [
      'SLO "a": objective is 100; give a percentage between 0 and 100, such as 99.9',
      sloth('{ name: a, objective: 100 }'),
    ],
    ['SLO "a": description is 7; give a text', sloth('{ name: a, objective: 99, description: 7 }')],
    ['SLO "a": sli is missing; give either events', sloth('{ name: a, objective: 99 }')],
    [
      'SLO "a": sli is {"plugin":{"id":"x"}}; give either events',
      sloth('{ name: a, objective: 99, sli: { plugin: { id: x } } }'),
    ],
    [
      'SLO "a": sli.events.error_query is "sum(up)"; up is no count',
      sloth('{ name: a, objective: 99, sli: { events: { error_query: sum(up), total_query: sum(up) } } }'),
    ],
    [
      'SLO "a": sli.events.total_query is missing; what can be read',
      sloth('{ name: a, objective: 99, sli: { events: { error_query: sum(primitive_execution_count) } } }'),
    ],
    [
      'SLO "a": sli.raw.error_ratio_query is "sum(up)/sum(up)"; up is no count',
      sloth('{ name: a, objective: 99, sli: { raw: { error_ratio_query: sum(up)/sum(up) } } }'),
    ],
    [
      'SLO "a": alerting is "no"; give an object',
      sloth(`{ name: a, objective: 99, alerting: no, sli: { ${events} } }`),
    ],
    [
      'SLO "a": alerting.page_alert.disable is "yes"; give true or false',
      sloth(`{ name: a, objective: 99, alerting: { page_alert: { disable: yes } }, sli: { ${events} } }`),
    ],
    [
      'two SLOs are called "a"; give each',
      `${sloth(`{ name: a, objective: 99, sli: { ${events} } }`)}\n  - { name: a, objective: 98, sli: { ${events} } }`,
    ],
    [
      'SLO "runs": alerting.annotations.tta_slo is "oops"; restore its JSON',
      writeSloth([runs]).replace(/tta_slo: .*/, 'tta_slo: oops'),
    ],
    [
      'SLO "runs": alerting.annotations.tta_slo is 7; give an object',
      writeSloth([runs]).replace(/tta_slo: .*/, 'tta_slo: "7"'),
    ],
    [
      'SLO "runs": indicator is missing; give { kind',
      writeSloth([runs]).replace(/tta_slo: .*/, 'tta_slo: "{}"'),
    ],
    ['SLO "runs": window is "1M"', writeSloth([runs]).replace('"window":"30d"', '"window":"1M"')],
  ])('refuses with: %s', (message, text) => {
    const complaint = complaintOf(() => readSloth(text));
    expect(complaint).toContain(message);
  });
});

describe('writeOpenSlo', () => {
  it('writes what OpenSLO’s tools read', () => {
    const slo = defineSlo({
      ...runs,
      name: 'runs_P95',
      description: 'Runs end well',
      alerting: { ticket: false },
    });
    const documents = parseAllDocuments(writeOpenSlo([slo], { service: 'shop' })) as { toJS(): unknown }[];
    const written = documents.map((document) => document.toJS());
    const policy = (window: string, alertAfter: string, threshold: number, share: number) => ({
      apiVersion: 'openslo/v1',
      kind: 'AlertPolicy',
      metadata: { name: `burn-rate-30d-page-${window}` },
      spec: {
        description: `${share} % of the error budget of 30d burnt in ${window}, and still burning over ${alertAfter}`,
        alertWhenBreaching: true,
        alertWhenResolved: true,
        alertWhenNoData: false,
        conditions: [
          {
            kind: 'AlertCondition',
            metadata: { name: `burn-rate-30d-page-${window}` },
            spec: {
              severity: 'page',
              condition: { kind: 'burnrate', op: 'gt', threshold, lookbackWindow: window, alertAfter },
            },
          },
        ],
        notificationTargets: [],
      },
    });
    const metric = (query: string) => ({ metricSource: { type: 'Prometheus', spec: { query } } });
    expect(written).toEqual([
      { apiVersion: 'openslo/v1', kind: 'Service', metadata: { name: 'shop' }, spec: {} },
      policy('1h', '5m', 14.4, 2),
      policy('6h', '30m', 6, 5),
      {
        apiVersion: 'openslo/v1',
        kind: 'SLO',
        metadata: {
          name: 'runs-p95',
          displayName: 'runs_P95',
          annotations: {
            'tta.dev/slo':
              '{"name":"runs_P95","selection":{},"indicator":{"kind":"availability"},"alerting":{"page":true,"ticket":false,"minEvents":10}}',
          },
        },
        spec: {
          description: 'Runs end well',
          service: 'shop',
          indicator: {
            metadata: { name: 'runs-p95' },
            spec: {
              ratioMetric: {
                counter: true,
                good: metric('sum(slo_events_total{slo_name="runs_P95",slo_outcome="good"})'),
                total: metric('sum(slo_events_total{slo_name="runs_P95"})'),
              },
            },
          },
          timeWindow: [{ duration: '30d', isRolling: true }],
          budgetingMethod: 'Occurrences',
          objectives: [{ displayName: 'runs_P95', target: 0.999 }],
          alertPolicies: [
            { alertPolicyRef: 'burn-rate-30d-page-1h' },
            { alertPolicyRef: 'burn-rate-30d-page-6h' },
          ],
        },
      },
    ]);
  });

  it('keeps names apart that OpenSLO cannot tell apart', () => {
    const slos = ['a_b', 'A-b', 'a.b'].map((name) => defineSlo({ ...runs, name }));
    const text = writeOpenSlo(slos);
    expect(text.match(/^  name: a-b.*$/gm)).toEqual(['  name: a-b', '  name: a-b-2', '  name: a-b-3']);
    expect(readOpenSlo(text).slos).toEqual(slos);
  });
});

describe('readOpenSlo', () => {
  it('reads a file that people wrote', () => {
    const { slos, warnings } = readOpenSlo(fixture('open-slo-shop.yaml'));
    expect(slos).toEqual([
      defineSlo({
        name: 'answer-availability',
        description: 'Nearly every question gets an answer.',
        objective: 0.995,
        window: '4w',
        selection: { primitiveName: 'answer' },
        indicator: { kind: 'availability' },
      }),
      defineSlo({
        name: 'answer-latency',
        objective: 0.95,
        selection: { primitiveName: 'answer' },
        indicator: { kind: 'latency', thresholdMs: 2500 },
        alerting: false,
      }),
    ]);
    expect(warnings).toEqual([
      'AlertPolicy "fast-burn": spec.alertWhenNoData: no alert fires here for want of data',
      'AlertPolicy "slow-burn": spec.conditions[0].spec.condition: alerts have the windows and thresholds of burnRateAlerts here',
      'SLO "answer-latency": spec.timeWindow[0].duration: 1M is read as 30d',
      'SLO "answer-availability": metadata.labels is not read',
      'SLO "answer-latency": metadata.annotations.dashboards.example.com/url is not read',
      'SLO "answer-latency": spec.objectives[0].timeSliceTarget is not read',
      'SLI "answer-success": spec.description is not read',
    ]);
  });

  const query = (name: string, labels: string): string =>
    `${name}: { metricSource: { type: Prometheus, spec: { query: 'sum(primitive_execution_count{primitive_name="a",${labels}})' } } }`;
  const ratio = `ratioMetric: { counter: true, ${query('bad', 'execution_status=~"error|timeout"')}, ${query('total', 'execution_status!~"cancelled|suspended"')} }`;
  /** An SLO as people write it, with some of its fields replaced. */
  const openSlo = (fields: Readonly<Record<string, string>> = {}, more = ''): string => {
    const all = {
      metadata: '{ name: a }',
      service: 'shop',
      indicator: `{ metadata: { name: a }, spec: { ${ratio} } }`,
      timeWindow: '[{ duration: 30d, isRolling: true }]',
      budgetingMethod: 'Occurrences',
      objectives: '[{ target: 0.99 }]',
      ...fields,
    };
    const { metadata, ...spec } = all;
    const lines = Object.entries(spec).filter(([, text]) => text !== '');
    return `apiVersion: openslo/v1\nkind: SLO\nmetadata: ${metadata}\nspec:\n${lines.map(([key, text]) => `  ${key}: ${text}\n`).join('')}${more}`;
  };
  const expected = defineSlo({
    name: 'a',
    objective: 0.99,
    selection: { primitiveName: 'a' },
    indicator: { kind: 'availability' },
  });
  const condition = (severity: string, burn: string): string =>
    `{ kind: AlertCondition, metadata: { name: c }, spec: { severity: ${severity}, condition: { kind: burnrate, ${burn}, alertAfter: 5m } } }`;
  const policy = (severity: string, burn = 'op: gt, threshold: 14.4, lookbackWindow: 1h'): string =>
    `{ kind: AlertPolicy, metadata: { name: p }, spec: { alertWhenBreaching: true, conditions: [${condition(severity, burn)}], notificationTargets: [] } }`;

  it('reads the least that an SLO needs', () => {
    expect(readOpenSlo(openSlo())).toEqual({ slos: [expected], unreadable: [], warnings: [] });
    expect(readOpenSlo(openSlo({ timeWindow: '', service: '' }))).toEqual({
      slos: [expected],
      unreadable: [],
      warnings: [],
    });
  });

  it('reads a list of objects, as examples have it', () => {
    const objects = [parse(openSlo()), parse(openSlo({ metadata: '{ name: b }' }))];
    expect(readOpenSlo(JSON.stringify(objects)).slos.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    ['rawType: failure', '{primitive_name="a",execution_status=~"error|timeout"}'],
    ['rawType: success', '{primitive_name="a",execution_status="success"}'],
  ])('reads a raw ratio with %s', (type, labels) => {
    const raw = `sum(primitive_execution_count${labels}) / sum(primitive_execution_count{primitive_name="a",execution_status!~"cancelled|suspended"})`;
    const indicator = `{ metadata: { name: a }, spec: { ratioMetric: { ${type}, raw: { metricSource: { type: Prometheus, spec: { query: '${raw}' } } } } } }`;
    expect(readOpenSlo(openSlo({ indicator }))).toEqual({ slos: [expected], unreadable: [], warnings: [] });
  });

  it.each([
    ['1M', '30d'],
    ['2Q', '180d'],
    ['1Y', '365d'],
  ])('reads the window %s as %s and tells so', (duration, window) => {
    const { slos, warnings } = readOpenSlo(
      openSlo({ timeWindow: `[{ duration: ${duration}, isRolling: true }]` }),
    );
    expect(slos[0]?.window).toBe(window);
    expect(warnings).toEqual([`SLO "a": spec.timeWindow[0].duration: ${duration} is read as ${window}`]);
  });

  it.each<[string, string, { page: boolean; ticket: boolean }, string[]]>([
    ['none', '[]', { page: false, ticket: false }, []],
    ['a page', `[${policy('page')}]`, { page: true, ticket: false }, []],
    [
      'a ticket with a rounded threshold',
      `[${policy('ticket', 'op: gte, threshold: 1, lookbackWindow: 3d')}]`,
      { page: false, ticket: true },
      [],
    ],
    ['other words', `[${policy('sev1')}]`, { page: true, ticket: true }, ['neither page nor ticket']],
    [
      'another direction',
      `[${policy('page', 'op: lte, threshold: 14.4, lookbackWindow: 1h')}]`,
      { page: true, ticket: false },
      ['spec.alertPolicies[0].spec.conditions[0].spec.condition: alerts have the windows'],
    ],
    [
      'another threshold',
      `[${policy('page', 'op: gt, threshold: 2, lookbackWindow: 1h')}]`,
      { page: true, ticket: false },
      ['alerts have the windows'],
    ],
    [
      'a policy that is elsewhere',
      '[{ alertPolicyRef: elsewhere }]',
      { page: true, ticket: true },
      ['the AlertPolicy "elsewhere" is not in the file'],
    ],
  ])('reads alert policies: %s', (_what, alertPolicies, alerting, remarks) => {
    const { slos, warnings } = readOpenSlo(openSlo({ alertPolicies }));
    expect(slos[0]?.alerting).toEqual({ ...alerting, minEvents: 10 });
    for (const remark of remarks) expect(warnings.join('\n')).toContain(remark);
    expect(warnings.length).toBe(remarks.length === 0 ? 0 : warnings.length);
  });

  it('tells of objects that no SLO refers to', () => {
    const others = ['SLI', 'AlertPolicy', 'AlertCondition'].map(
      (kind) => `---\napiVersion: openslo/v1\nkind: ${kind}\nmetadata: { name: lonely }\nspec: {}\n`,
    );
    expect(readOpenSlo(openSlo({}, others.join(''))).warnings).toEqual([
      'SLI "lonely": no SLO of the file refers to it',
      'AlertPolicy "lonely": no SLO of the file refers to it',
      'AlertCondition "lonely": no SLO of the file refers to it',
    ]);
  });

  it('takes the annotation’s word over other queries, and tells so', () => {
    const text = writeOpenSlo([runs]).replace('slo_outcome="good"', 'slo_outcome="bad"');
    expect(readOpenSlo(text)).toEqual({
      slos: [runs],
      unreadable: [],
      warnings: ['SLO "runs": its queries are not read, the annotation tta.dev/slo says what is measured'],
    });
  });

  it('takes the file’s window and target, which people may change', () => {
    const text = writeOpenSlo([runs])
      .replace('duration: 30d', 'duration: 7d')
      .replace('target: 0.999', 'targetPercent: 99');
    expect(readOpenSlo(text).slos[0]).toMatchObject({ window: '7d', objective: 0.99 });
  });

  it.each<[string, RegExp, string, { page: boolean; ticket: boolean }]>([
    ['all', /alertPolicies:\n(    - .*\n)+/, 'alertPolicies: []\n', { page: false, ticket: false }],
    ['the pages', /    - .*page.*\n/g, '', { page: false, ticket: true }],
    ['the list of', /  alertPolicies:\n(    - .*\n)+/, '', { page: true, ticket: true }],
  ])('takes the file’s word over the annotation’s where somebody removed %s alerts', (...edit) => {
    const [, found, replacement, expected] = edit;
    const written = writeOpenSlo([{ ...runs, alerting: { minEvents: 50 } }]);
    expect(written).toMatch(found);
    const { slos } = readOpenSlo(written.replace(found, replacement));
    expect(slos[0]?.alerting).toEqual({ ...expected, minEvents: 50 });
  });

  it.each<[string, string]>([
    [
      'an object of the OpenSLO file: apiVersion is "openslo/v1alpha"; give openslo/v1',
      openSlo().replace('openslo/v1', 'openslo/v1alpha'),
    ],
    [
      'an object of the OpenSLO file: kind is "Slo"; give one of SLO, SLI',
      openSlo().replace('kind: SLO', 'kind: Slo'),
    ],
    ['an object of the kind SLO: metadata.name is missing', openSlo({ metadata: '{}' })],
    ['SLO "a": metadata.name is "a"; rename one of the two', `${openSlo()}---\n${openSlo()}`],
    ['the name of an SLO is "a/b"; give 1 to 63', openSlo({ metadata: '{ name: a/b }' })],
    [
      'SLO "a": spec.budgetingMethod is "Timeslices"; give Occurrences',
      openSlo({ budgetingMethod: 'Timeslices' }),
    ],
    ['SLO "a": spec.timeWindow is []; give one window', openSlo({ timeWindow: '[]' })],
    ['SLO "a": spec.timeWindow is "30d"; give a list', openSlo({ timeWindow: '30d' })],
    [
      'SLO "a": spec.timeWindow[0].calendar is {"startTime"',
      openSlo({ timeWindow: '[{ duration: 1M, calendar: { startTime: 2026-01-01 } }]' }),
    ],
    [
      'SLO "a": spec.timeWindow[0].isRolling is false; give true',
      openSlo({ timeWindow: '[{ duration: 30d, isRolling: false }]' }),
    ],
    [
      'SLO "a": spec.timeWindow[0].duration is missing; give a duration',
      openSlo({ timeWindow: '[{ isRolling: true }]' }),
    ],
    ['SLO "a": window is "30 days"', openSlo({ timeWindow: '[{ duration: 30 days }]' })],
    ['SLO "a": window is "5m"', openSlo({ timeWindow: '[{ duration: 5m }]' })],
    ['SLO "a": spec.objectives is missing; give a list with one objective', openSlo({ objectives: '' })],
    ['SLO "a": spec.objectives is []; give one objective', openSlo({ objectives: '[]' })],
    [
      'give one objective; make an SLO of each other',
      openSlo({ objectives: '[{ target: 0.9 }, { target: 0.99 }]' }),
    ],
    [
      'SLO "a": spec.objectives[0] is {"target":0.9,"targetPercent":90}; give either',
      openSlo({ objectives: '[{ target: 0.9, targetPercent: 90 }]' }),
    ],
    [
      'SLO "a": spec.objectives[0].target is 99.9; give a share',
      openSlo({ objectives: '[{ target: 99.9 }]' }),
    ],
    [
      'SLO "a": spec.objectives[0].targetPercent is 100; give a percentage',
      openSlo({ objectives: '[{ targetPercent: 100 }]' }),
    ],
    ['SLO "a": spec is {', openSlo({ indicator: '' })],
    [
      'SLO "a": spec.indicatorRef is "x"; put the SLI of that name',
      openSlo({ indicator: '', indicatorRef: 'x' }),
    ],
    [
      'SLO "a": spec.indicator is {"metadata":{"name":"a"},"spec":{"thresholdMetric":{}}}; give spec.ratioMetric',
      openSlo({ indicator: '{ metadata: { name: a }, spec: { thresholdMetric: {} } }' }),
    ],
    [
      'SLO "a": spec.indicator.spec.ratioMetric is {"counter":true}; give either good or bad',
      openSlo({ indicator: '{ spec: { ratioMetric: { counter: true } } }' }),
    ],
    [
      'SLO "a": spec.indicator.spec.ratioMetric.rawType is missing; give success or failure',
      openSlo({ indicator: '{ spec: { ratioMetric: { raw: {} } } }' }),
    ],
    [
      'SLO "a": spec.indicator.spec.ratioMetric.bad.metricSource.type is "Datadog"; give Prometheus',
      openSlo().replace('Prometheus', 'Datadog'),
    ],
    [
      'ratioMetric.total.metricSource.spec.query is missing; what can be read',
      openSlo({
        indicator: `{ spec: { ratioMetric: { ${query('good', 'execution_status="success"')}, total: {} } } }`,
      }),
    ],
    ['SLO "a": spec.alertPolicies is "x"; give a list of alert policies', openSlo({ alertPolicies: 'x' })],
    [
      'SLO "a": spec.alertPolicies[0].spec.conditions is []; give one condition',
      openSlo({ alertPolicies: '[{ spec: { conditions: [] } }]' }),
    ],
    [
      'SLO "a": spec.alertPolicies[0].spec.conditions[0].conditionRef is "c"; put the AlertCondition',
      openSlo({ alertPolicies: '[{ spec: { conditions: [{ conditionRef: c }] } }]' }),
    ],
    [
      'spec.conditions[0].spec.severity is missing; give page or ticket',
      openSlo({ alertPolicies: '[{ spec: { conditions: [{ spec: {} }] } }]' }),
    ],
    [
      'spec.condition.kind is "latency"; give burnrate',
      openSlo({
        alertPolicies:
          '[{ spec: { conditions: [{ spec: { severity: page, condition: { kind: latency } } }] } }]',
      }),
    ],
  ])('refuses with: %s', (message, text) => {
    const complaint = complaintOf(() => readOpenSlo(text));
    expect(complaint).toContain(message);
    expect(complaint).toMatch(/^[^\n]+$/);
  });
});

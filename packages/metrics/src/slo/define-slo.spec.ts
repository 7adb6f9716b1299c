import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import fc from 'fast-check';
import { defineSlo } from './define-slo.ts';
import type { SloOptions } from './slo-definition.ts';

const runs: SloOptions = { name: 'runs', objective: 0.999, indicator: { kind: 'availability' } };

describe('defineSlo', () => {
  it('fills in 30 days, every run, and both severities from 10 events on', () => {
    expect(defineSlo(runs)).toEqual({
      name: 'runs',
      objective: 0.999,
      window: '30d',
      selection: {},
      indicator: { kind: 'availability' },
      alerting: { page: true, ticket: true, minEvents: 10 },
    });
  });

  it('keeps what it is given', () => {
    const slo = {
      name: 'checkout.answer_1',
      description: 'Answers soon',
      objective: 0.95,
      window: '2w',
      selection: { primitiveName: 'answer', primitiveType: 'llm', workflowName: 'checkout' },
      indicator: { kind: 'latency', thresholdMs: 2500 },
      alerting: { page: false, ticket: true, minEvents: 3 },
    } as const;
    expect(defineSlo(slo)).toEqual(slo);
    expect(defineSlo({ ...runs, indicator: { kind: 'cost', maxUsd: 0.02 } }).indicator).toEqual({
      kind: 'cost',
      maxUsd: 0.02,
    });
  });

  it('turns both severities off where there is no alerting', () => {
    expect(defineSlo({ ...runs, alerting: false }).alerting).toEqual({
      page: false,
      ticket: false,
      minEvents: 10,
    });
  });

  it('takes what it has returned', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
        fc.constantFrom('1h', '90m', '7d', '4w', '366d'),
        (objective, window) => {
          const slo = defineSlo({ ...runs, objective, window });
          expect(defineSlo(slo)).toEqual(slo);
          expect(Math.abs(slo.objective - objective)).toBeLessThan(1e-12);
        },
      ),
    );
  });

  it('is not changed by what happens to its options later', () => {
    const selection = { primitiveName: 'answer' };
    const slo = defineSlo({ ...runs, selection });
    selection.primitiveName = 'other';
    expect(slo.selection).toEqual({ primitiveName: 'answer' });
  });

  const circular: Record<string, unknown> = {};
  circular['kind'] = circular;
  it.each<[string, unknown]>([
    ['an SLO is missing; give an object', undefined],
    ['an SLO is null; give an object', null],
    ['the name of an SLO is missing; give 1 to 63', { ...runs, name: undefined }],
    ['the name of an SLO is ""; give 1 to 63', { ...runs, name: '' }],
    ['the name of an SLO is "-a"; give 1 to 63', { ...runs, name: '-a' }],
    ['the name of an SLO is "a\\nb"; give 1 to 63', { ...runs, name: 'a\nb' }],
    [
      'the name of an SLO is "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…"',
      { ...runs, name: 'a'.repeat(64) },
    ],
    ['SLO "runs": the definition is {', { ...runs, objectives: 1 }],
    ['it has no field "objectives", only name, description, objective', { ...runs, objectives: 1 }],
    ['SLO "runs": description is ""; give a text of 1 to 1050', { ...runs, description: '' }],
    ['SLO "runs": description is "ddd', { ...runs, description: 'd'.repeat(1051) }],
    ['SLO "runs": description is 7', { ...runs, description: 7 }],
    ['SLO "runs": objective is 99.9; give a share between 0 and 1', { ...runs, objective: 99.9 }],
    ['SLO "runs": objective is 0; give a share', { ...runs, objective: 0 }],
    ['SLO "runs": objective is 1; give a share', { ...runs, objective: 1 }],
    ['SLO "runs": objective is NaN; give a share', { ...runs, objective: Number.NaN }],
    ['SLO "runs": objective is 0.99999999999999; give a share', { ...runs, objective: 0.99999999999999 }],
    ['SLO "runs": objective is "0.9"; give a share', { ...runs, objective: '0.9' }],
    ['SLO "runs": window is "30"; give a whole number', { ...runs, window: '30' }],
    ['SLO "runs": window is "1M"; give a whole number', { ...runs, window: '1M' }],
    [
      'SLO "runs": window is "59m"; give a whole number with m, h, d or w, from "1h"',
      { ...runs, window: '59m' },
    ],
    ['SLO "runs": window is "367d"', { ...runs, window: '367d' }],
    ['SLO "runs": window is 30', { ...runs, window: 30 }],
    [
      'SLO "runs": selection is "answer"; give an object with primitiveName',
      { ...runs, selection: 'answer' },
    ],
    ['SLO "runs": selection is null; give an object', { ...runs, selection: null }],
    ['SLO "runs": selection.primitiveName is ""; give a name', { ...runs, selection: { primitiveName: '' } }],
    ['it has no field "name"', { ...runs, selection: { name: 'answer' } }],
    ['SLO "runs": alerting is true; give an object with page', { ...runs, alerting: true }],
    ['SLO "runs": alerting is []; give an object', { ...runs, alerting: [] }],
    ['SLO "runs": alerting.page is "no"; give true or false', { ...runs, alerting: { page: 'no' } }],
    ['SLO "runs": alerting.minEvents is 0; give a whole number', { ...runs, alerting: { minEvents: 0 } }],
    ['SLO "runs": alerting.minEvents is 1.5', { ...runs, alerting: { minEvents: 1.5 } }],
    ['SLO "runs": indicator is missing; give { kind: "availability" }', { ...runs, indicator: undefined }],
    ['SLO "runs": indicator is "latency"; give { kind', { ...runs, indicator: 'latency' }],
    ['SLO "runs": indicator is {"kind":"speed"}; give { kind', { ...runs, indicator: { kind: 'speed' } }],
    ['SLO "runs": indicator is of type object; give { kind', { ...runs, indicator: circular }],
    [
      'SLO "runs": indicator is {"kind":"availability","maxUsd":1}; it has no field "maxUsd"',
      { ...runs, indicator: { kind: 'availability', maxUsd: 1 } },
    ],
    [
      'SLO "runs": indicator.thresholdMs is missing; give milliseconds',
      { ...runs, indicator: { kind: 'latency' } },
    ],
    [
      'SLO "runs": indicator.thresholdMs is Infinity',
      { ...runs, indicator: { kind: 'latency', thresholdMs: Infinity } },
    ],
    [
      'SLO "runs": indicator.maxUsd is 0; give US dollars',
      { ...runs, indicator: { kind: 'cost', maxUsd: 0 } },
    ],
    ['it has no field "thresholdMS"', { ...runs, indicator: { kind: 'latency', thresholdMS: 5 } }],
  ])('refuses: %s', (message, options) => {
    const define = () => defineSlo(options as SloOptions);
    expect(define).toThrow(InvalidOptionError);
    expect(define).toThrow(message);
    expect(define).toThrow(/^[^\n]+$/);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { ExecutionResult } from '@tta/obs-context';
import { ended } from '../../test/executions.ts';
import { defineSlo } from './define-slo.ts';
import { executionOutcome } from './execution-outcome.ts';
import type { SloIndicator, SloSelection } from './slo-definition.ts';

const run = ended('checkout', { type: 'sequential', workflowName: 'shop', durationMs: 100 });

function outcome(
  indicator: SloIndicator,
  execution: Partial<ExecutionResult>,
  selection: SloSelection = {},
): string | undefined {
  const slo = defineSlo({ name: 'a', objective: 0.9, indicator, selection });
  return executionOutcome(slo, { ...run, ...execution });
}

describe('executionOutcome', () => {
  it.each([
    ['success', 'good'],
    ['error', 'bad'],
    ['timeout', 'bad'],
    ['cancelled', undefined],
    ['suspended', undefined],
  ] as const)('finds %s %s for availability', (status, expected) => {
    expect(outcome({ kind: 'availability' }, { status })).toBe(expected);
  });

  it.each([
    ['success', 499, 'good'],
    ['success', 500, 'good'],
    ['success', 500.001, 'bad'],
    ['error', 1, undefined],
    ['timeout', 9000, undefined],
    ['cancelled', 9000, undefined],
    ['suspended', 9000, undefined],
    ['success', NaN, undefined],
    ['success', -1, undefined],
  ] as const)('finds %s after %d ms %s for a latency of 500 ms', (status, durationMs, expected) => {
    expect(outcome({ kind: 'latency', thresholdMs: 500 }, { status, durationMs })).toBe(expected);
  });

  it.each([
    ['success', 0, 'good'],
    ['success', 0.05, 'good'],
    ['success', 0.0501, 'bad'],
    ['error', 0.01, 'good'],
    ['timeout', 2, 'bad'],
    ['cancelled', 2, undefined],
    ['suspended', 2, undefined],
    ['success', undefined, undefined],
  ] as const)('finds %s for %s dollars %s for a cost of 0.05', (status, totalCostUsd, expected) => {
    expect(outcome({ kind: 'cost', maxUsd: 0.05 }, { status, totalCostUsd })).toBe(expected);
  });

  it('takes the cost with all steps, not the execution’s own', () => {
    expect(outcome({ kind: 'cost', maxUsd: 0.05 }, { costUsd: 0.01, totalCostUsd: 0.2 })).toBe('bad');
  });

  const step = { edge: 'step_0' };
  const other = { name: 'other', type: 'other', workflowName: 'other' };
  it.each<[string, SloSelection, Partial<ExecutionResult>, string | undefined]>([
    ['runs alone where nothing is selected', {}, {}, 'good'],
    ['no steps where nothing is selected', {}, step, undefined],
    ['the runs of a workflow', { workflowName: 'shop' }, {}, 'good'],
    ['no steps of a workflow', { workflowName: 'shop' }, step, undefined],
    ['no runs of another workflow', { workflowName: 'shop' }, other, undefined],
    ['a primitive at any depth', { primitiveName: 'checkout' }, step, 'good'],
    ['a primitive at the root', { primitiveName: 'checkout' }, {}, 'good'],
    ['no other primitive', { primitiveName: 'checkout' }, other, undefined],
    ['a type at any depth', { primitiveType: 'sequential' }, step, 'good'],
    ['no other type', { primitiveType: 'sequential' }, { ...step, type: 'llm' }, undefined],
    [
      'what matches in all',
      { primitiveName: 'checkout', primitiveType: 'sequential', workflowName: 'shop' },
      step,
      'good',
    ],
    [
      'nothing that differs in one',
      { primitiveName: 'checkout', primitiveType: 'sequential', workflowName: 'x' },
      step,
      undefined,
    ],
    ['nothing of an unnamed workflow', { workflowName: 'shop' }, { workflowName: undefined }, undefined],
  ])('is about %s', (_what, selection, execution, expected) => {
    expect(outcome({ kind: 'availability' }, execution, selection)).toBe(expected);
  });
});

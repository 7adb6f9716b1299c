import { SpanStatusCode } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionResult, LogFields, Logger } from '@tta/obs-context';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { describeError } from './error-info.ts';
import { Instrumentation } from './instrumentation.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { isSuspension, Suspension } from './suspension.ts';

beforeAll(enableContexts);

const suspension = new Suspension('"gate" waits for a decision');
const gate = custom('gate', () => {
  throw suspension;
});

describe('an execution that waits for a decision', () => {
  it('is suspended with all that is around it: no failure in spans, metrics, lines and what listeners hear', async () => {
    const observed = new Observed();
    const heard: ExecutionResult[] = [];
    observed.instrumentation.onExecution({ onEnd: (execution) => void heard.push(execution) });
    const outcome = await observed.run(() => outer(outer(gate)).tryExecute(0));
    expect(outcome).toMatchObject({
      ok: false,
      error: suspension,
      info: { code: 'OBS_ERR_SUSPENDED', category: 'cancelled', recoverable: false },
    });
    expect(outcome.ok || Object.is(outcome.error, suspension)).toBe(true);
    expect(observed.spans).toHaveLength(5);
    for (const { status, attributes, events } of observed.spans) {
      expect(status.code).toBe(SpanStatusCode.UNSET);
      expect(events).toEqual([]);
      expect(attributes['execution.status']).toBe('suspended');
      expect(Object.keys(attributes).filter((key) => key.startsWith('error.'))).toEqual([]);
    }
    expect(heard.map(({ status, error, errorCategory }) => [status, error, errorCategory])).toEqual(
      Array.from({ length: 3 }, () => ['suspended', undefined, undefined]),
    );
    const counts = Object.keys(await observed.points('primitive.execution.count'));
    expect(counts.every((labels) => labels.includes('execution.status=suspended'))).toBe(true);
    expect(counts.join()).not.toContain('error.type');
    expect(observed.lines).toEqual([
      {
        level: 'info',
        message: 'outer suspended',
        fields: expect.objectContaining({ 'execution.status': 'suspended' }),
      },
    ]);
    expect(describeError(suspension)).toMatchObject({ path: ['outer', 'step_0 outer', 'step_0 gate'] });
  });

  it('has a line also where nothing else is told of it', async () => {
    const lines: [string, LogFields | undefined][] = [];
    const logger: Logger = {
      isEnabled: (level) => level !== 'debug',
      debug: () => undefined,
      info: (message, fields) => void lines.push([message, fields]),
      warn: () => undefined,
      error: () => undefined,
    };
    const silent = withInstrumentation(ROOT_CONTEXT, new Instrumentation({ logger }));
    await context.with(silent, () => outer(gate).tryExecute(0));
    expect(lines).toEqual([['outer suspended', expect.not.objectContaining({ 'execution.duration_ms': 0 })]]);
  });

  it('is cancelled where it was cancelled', async () => {
    const observed = new Observed();
    const controller = new AbortController();
    const both = custom('both', () => {
      controller.abort();
      throw suspension;
    });
    await observed.run(() => both.tryExecute(0, { signal: controller.signal }));
    expect(observed.spans.map(({ attributes }) => attributes['execution.status'])).toEqual(['cancelled']);
  });

  it('is known by its error, also by that of another copy of this package, and nothing else is', () => {
    expect(isSuspension(suspension)).toBe(true);
    const copy = Object.assign(new Error('waits'), { [Symbol.for('@tta/obs/suspension')]: true });
    expect(isSuspension(copy)).toBe(true);
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
    revoke();
    for (const other of [undefined, null, 1, 'waits', {}, new Error('waits'), proxy])
      expect(isSuspension(other)).toBe(false);
  });
});

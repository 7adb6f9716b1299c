import { beforeAll, describe, expect, it } from '@jest/globals';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { describeError } from './error-info.ts';

beforeAll(enableContexts);

const limit = 8192;
const throwing = (error: unknown) =>
  custom('throwing', (_: number, { record }) => {
    record({ type: 'recovery', kind: 'retry', error });
    throw error;
  });

describe('the message of an error', () => {
  it('of any length reaches no span, event or line beyond 8192 characters, and says how much is cut', async () => {
    const observed = new Observed({}, true);
    const message = 'm'.repeat(5_000_000);
    const error = Object.assign(new Error(message), { code: 'c'.repeat(9000) });
    const told = await observed.run(() => outer(throwing(error)).tryExecute(0));
    const kept = `${'m'.repeat(limit)}… (${message.length - limit} more characters)`;
    expect(told.ok === false && told.info.message).toBe(kept);
    expect(told.ok === false && told.info.type).toBe(`${'c'.repeat(256)}… (8744 more characters)`);
    expect(describeError(error)?.message).toBe(kept);
    const { events, status } = observed.span('primitive.custom.process', { 'primitive.name': 'throwing' });
    expect(status.message).toBe(kept);
    expect(events.map(({ name }) => name)).toEqual(['recovery.retry', 'exception']);
    expect(events[0]?.attributes?.['error.message']).toBe(kept);
    expect(events[1]?.attributes?.['exception.message']).toBe(kept);
    for (const { attributes, events: of } of observed.spans) {
      expect(attributes['error.message']).toBe(kept);
      expect(JSON.stringify([attributes, of]).length).toBeLessThan(60_000);
    }
    expect(observed.lines).toHaveLength(5);
    for (const line of observed.lines) expect(JSON.stringify(line).length).toBeLessThan(30_000);
  });

  it('is left as it is in the error itself', async () => {
    const message = 'm'.repeat(limit + 1);
    const error = new Error(message);
    const told = await new Observed().run(() => throwing(error).tryExecute(0));
    expect(told.ok === false && told.error).toBe(error);
    expect(error.message).toBe(message);
  });

  it('is whole up to the limit, also of what is no error', async () => {
    const observed = new Observed();
    const text = 'm'.repeat(limit);
    const told = await observed.run(() => throwing(text).tryExecute(0));
    expect(told.ok === false && told.info.message).toBe(text);
    const long = await observed.run(() => throwing(`${text}m`).tryExecute(0));
    expect(long.ok === false && long.info.message).toBe(`${text}… (1 more characters)`);
  });

  it('is never cut within a character', async () => {
    const error = new Error(`${'m'.repeat(limit - 1)}😀`);
    const told = await new Observed().run(() => throwing(error).tryExecute(0));
    expect(told.ok === false && told.info.message).toBe(`${'m'.repeat(limit - 1)}… (1 more characters)`);
  });
});

describe('the name of an error', () => {
  it('is cut to 256 characters, because it is a label as well', async () => {
    const error = Object.assign(new Error('boom'), { name: 'n'.repeat(257) });
    const told = await new Observed().run(() => throwing(error).tryExecute(0));
    expect(told.ok === false && told.info.type).toBe(`${'n'.repeat(256)}… (1 more characters)`);
  });
});

describe('the stack of an error', () => {
  const stackOf = async (error: Error): Promise<string> => {
    const observed = new Observed();
    await observed.run(() => throwing(error).tryExecute(0));
    return String(observed.spans[0]?.events[1]?.attributes?.['exception.stacktrace']);
  };

  it('keeps its frames where the message at its head is cut', async () => {
    const error = new Error('m'.repeat(100_000));
    const frames = error.stack?.slice(error.stack.indexOf('\n'));
    expect(frames).toMatch(/error-info\.spec/);
    expect(await stackOf(error)).toBe(
      `Error: ${'m'.repeat(limit)}… (${100_000 - limit} more characters)${frames}`,
    );
  });

  it('is whole where it is long for its frames, up to 32768 characters', async () => {
    const error = new Error('deep');
    error.stack = `Error: deep${'\n    at somewhere (file.ts:1:2)'.repeat(1000)}`;
    expect(await stackOf(error)).toBe(error.stack);
    error.stack = 's'.repeat(40_000);
    expect(await stackOf(error)).toBe(`${'s'.repeat(32_768)}… (7232 more characters)`);
  });
});

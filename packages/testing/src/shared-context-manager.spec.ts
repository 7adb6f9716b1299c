import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { holdContextManager } from './shared-context-manager.ts';

const key = createContextKey('spec');
const keepsContexts = (): boolean =>
  context.with(ROOT_CONTEXT.setValue(key, 1), () => context.active().getValue(key) === 1);

afterEach(() => context.disable());

describe('a held context manager', () => {
  it('is there until the last holder lets go', () => {
    expect(keepsContexts()).toBe(false);
    const first = holdContextManager();
    const second = holdContextManager();
    first();
    first();
    expect(keepsContexts()).toBe(true);
    second();
    expect(keepsContexts()).toBe(false);
  });

  it('is the one of the program where it has one, which then stays', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const release = holdContextManager();
    expect(keepsContexts()).toBe(true);
    release();
    expect(keepsContexts()).toBe(true);
  });

  it('stays that of the program which has replaced it meanwhile', () => {
    const release = holdContextManager();
    context.disable();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    release();
    expect(keepsContexts()).toBe(true);
  });

  it('is that of whoever holds it next where the program has taken it away', () => {
    const first = holdContextManager();
    context.disable();
    const second = holdContextManager();
    first();
    expect(keepsContexts()).toBe(true);
    second();
    expect(keepsContexts()).toBe(false);
  });

  it('is shared by all copies of this package', async () => {
    const release = holdContextManager();
    let releaseCopy = (): void => undefined;
    await jest.isolateModulesAsync(async () => {
      const copy = await import('./shared-context-manager.ts');
      expect(copy.holdContextManager).not.toBe(holdContextManager);
      releaseCopy = copy.holdContextManager();
    });
    release();
    expect(keepsContexts()).toBe(true);
    releaseCopy();
    expect(keepsContexts()).toBe(false);
  });

  it('comes back after it has been let go of', () => {
    holdContextManager()();
    const release = holdContextManager();
    expect(keepsContexts()).toBe(true);
    release();
  });
});

import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, describe, expect, it } from '@jest/globals';
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

  it('comes back after it has been let go of', () => {
    holdContextManager()();
    const release = holdContextManager();
    expect(keepsContexts()).toBe(true);
    release();
  });
});

import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { InheritedContextManager } from './inherited-context-manager.ts';

const key = createContextKey('spec');
const inherited = ROOT_CONTEXT.setValue(key, 'inherited');
const own = ROOT_CONTEXT.setValue(key, 'own');

describe('InheritedContextManager', () => {
  it('has everything begin in the inherited context', async () => {
    const manager = new InheritedContextManager(inherited);
    expect(manager.active()).toBe(inherited);
    await Promise.resolve();
    expect(manager.active()).toBe(inherited);
  });

  it('has a context that was entered before the inherited one, and the inherited one after it', async () => {
    const manager = new InheritedContextManager(inherited);
    const seen = await manager.with(own, async () => {
      await Promise.resolve();
      return manager.active();
    });
    expect(seen).toBe(own);
    expect(manager.active()).toBe(inherited);
  });

  it('gives the root to code that asks for it by name', () => {
    const manager = new InheritedContextManager(inherited);
    expect(manager.with(ROOT_CONTEXT, () => manager.active().getValue(key))).toBeUndefined();
  });

  it('passes arguments and `this` on', () => {
    const manager = new InheritedContextManager(inherited);
    const add = function (this: { base: number }, x: number): number {
      return this.base + x;
    };
    expect(manager.with(own, add, { base: 40 }, 2)).toBe(42);
  });

  it('begins at the root where nothing is inherited', () => {
    expect(new InheritedContextManager().active()).toBe(ROOT_CONTEXT);
  });
});

import { describe, expect, it } from '@jest/globals';
import { requireIdentifiers, requireName } from './name.ts';
import { Refusal } from './refusal.ts';

describe('requireName', () => {
  it.each(['debounce', 'rate-limit', 'retry2', 'x'])('takes %s', (name) => {
    expect(requireName(name, 'primitive')).toBe(name);
  });

  it.each([
    { given: 'RateLimit', example: 'rate-limit' },
    { given: 'rate_limit', example: 'rate-limit' },
    { given: 'rate limit', example: 'rate-limit' },
    { given: '2nd-try', example: 'nd-try' },
    { given: '-x-', example: 'x' },
    { given: '../../escape', example: 'escape' },
    { given: 'größe', example: 'gr-e' },
    { given: '', example: 'rate-limit' },
    { given: '42', example: 'rate-limit' },
  ])('refuses "$given" and tells $example', ({ given, example }) => {
    expect(() => requireName(given, 'primitive')).toThrow(
      new Refusal(
        `"${given}" is no name for a primitive: it has to be in kebab-case and begin with a letter, such as ${example}`,
      ),
    );
  });

  it('tells how to give a name where there is none', () => {
    expect(() => requireName(undefined, 'sampler')).toThrow(
      'a new sampler needs a name: npx nx g @tta/obs-generators:sampler <name>',
    );
  });
});

describe('requireIdentifiers', () => {
  const taken = new Set(['retry', 'ContextInit']);

  it.each(['debounce', 'rate-limit', 'context', 'type', 'of'])('takes %s', (name) => {
    expect(() => requireIdentifiers(name, 'primitive', taken)).not.toThrow();
  });

  it.each([
    { name: 'switch', reason: 'switch is a reserved word' },
    { name: 'let', reason: 'let is a reserved word' },
    { name: 'await', reason: 'await is a reserved word' },
    { name: 'arguments', reason: 'arguments is a reserved word' },
    { name: 'promise', reason: "Promise is one of JavaScript's own" },
    { name: 'set-timeout', reason: "setTimeout is one of JavaScript's own" },
    { name: 'retry', reason: 'there is a retry already' },
    { name: 'context-init', reason: 'there is a ContextInit already' },
  ])('refuses $name', ({ name, reason }) => {
    expect(() => requireIdentifiers(name, 'primitive', taken)).toThrow(
      new Refusal(`"${name}" is no name for a primitive: ${reason}; take another`),
    );
  });
});

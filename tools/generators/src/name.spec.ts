import { describe, expect, it } from '@jest/globals';
import { requireFolderName, requireIdentifiers, requireName } from './name.ts';
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
    { given: '', example: 'debounce' },
    { given: '42', example: 'debounce' },
  ])('refuses "$given" and tells $example', ({ given, example }) => {
    expect(() => requireName(given, 'primitive')).toThrow(
      new Refusal(
        `"${given}" is no name for a primitive: it has to be in kebab-case and begin with a letter, such as ${example}`,
      ),
    );
  });

  it.each(['readme', 'con', 'aux', 'nul', 'prn', 'com1', 'lpt9'])('refuses %s', (name) => {
    expect(() => requireName(name, 'example')).toThrow(
      new Refusal(`"${name}" is no name for an example: not every system can hold a file of that name`),
    );
  });

  it('takes 50 characters, and refuses more', () => {
    const longest = 'a'.repeat(50);
    expect(requireName(longest, 'primitive')).toBe(longest);
    expect(() => requireName(`${longest}b`, 'primitive')).toThrow(
      new Refusal(`"${longest}b" is no name for a primitive: it has 51 characters, at most 50 will do`),
    );
  });

  it('tells how to give a name where there is none', () => {
    expect(() => requireName(undefined, 'sampler')).toThrow(
      'a new sampler needs a name: npx nx g @tta/obs-generators:sampler <name>',
    );
  });
});

describe('requireFolderName', () => {
  it.each(['coverage', 'dist', 'node_modules', 'out-tsc', 'test'])('refuses %s', (name) => {
    expect(() => requireFolderName(name, 'package')).toThrow(
      new Refusal(`"${name}" is no name for a package: tools have folders of that name; take another`),
    );
  });

  it('takes what is no more than like one', () => {
    expect(() => requireFolderName('tests', 'package')).not.toThrow();
  });
});

describe('requireIdentifiers', () => {
  const check = (...made: string[]) =>
    requireIdentifiers(
      'name',
      'primitive',
      { made: new Set(made), used: new Set(['it', 'fc']) },
      new Set(['retry', 'QueueOptions']),
    );

  it.each(['debounce', 'type', 'of', 'test', 'cache', 'Cache'])('takes %s', (identifier) => {
    expect(() => check(identifier)).not.toThrow();
  });

  it.each([
    ['switch', 'switch is a reserved word'],
    ['let', 'let is a reserved word'],
    ['await', 'await is a reserved word'],
    ['arguments', 'arguments is a reserved word'],
    ['then', 'import() of a module that exports a function "then" calls it, and waits'],
    ['Promise', "Promise is one of JavaScript's own"],
    ['Pick', "Pick is one of JavaScript's own"],
    ['undefined', "undefined is one of JavaScript's own"],
    ['it', 'it is taken already'],
    ['fc', 'fc is taken already'],
    ['retry', 'retry is taken already'],
    ['QueueOptions', 'QueueOptions is taken already'],
  ])('refuses %s, also as one of several', (identifier, reason) => {
    expect(() => check('debounce', identifier)).toThrow(
      new Refusal(`"name" is no name for a primitive: ${reason}; take another`),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { lintTexts } from './lint-texts.ts';

const library = 'packages/primitives/src/a.ts';

const refused: readonly (readonly [what: string, file: string, text: string, message: string])[] = [
  ['export *', library, "export * from './b.ts';", 'Name what you export'],
  ['export * in an app', 'packages/server/src/a.ts', "export * from './b.ts';", 'Name what you export'],
  ['a call on import', library, 'start();', 'does nothing on import'],
  ['a call on import in @tta/obs', 'packages/obs/src/a.ts', 'start();', 'does nothing on import'],
  ['an assignment on import', library, 'globalThis.a = 1;', 'does nothing on import'],
  ['an import for its side effects', library, "import './b.ts';", 'does nothing on import'],
  ['process.env', library, 'export const a = () => process.env;', 'Libraries take options'],
  ['env of node:process', library, "export { env } from 'node:process';", 'Libraries take options'],
  ['Date.now', library, 'export const a = () => Date.now();', 'Take the time from the Clock'],
  ['new Date()', library, 'export const a = () => new Date();', 'Take the time from the Clock'],
  ['performance.now', library, 'export const a = () => performance.now();', 'Take the time from the Clock'],
  ['Math.random', library, 'export const a = () => Math.random();', 'Take random numbers from the Random'],
  ['setTimeout', library, 'export const a = () => setTimeout(a, 1);', 'Take the time from the Clock'],
  ['setInterval', library, 'export const a = () => setInterval(a, 1);', 'Take the time from the Clock'],
  ['setImmediate', library, 'export const a = () => setImmediate(a);', 'Take the time from the Clock'],
  ['node:timers', library, "export { setTimeout } from 'node:timers';", 'Take the time from the Clock'],
  [
    'Date.now in another file of context',
    'packages/context/src/a.ts',
    'export const a = () => Date.now();',
    'Take the time from the Clock',
  ],
];

const allowed: readonly (readonly [what: string, file: string, text: string])[] = [
  ['Date.now in the clock of context', 'packages/context/src/clock.ts', 'export const a = () => Date.now();'],
  [
    'Math.random in the random of context',
    'packages/context/src/random.ts',
    'export const a = () => Math.random();',
  ],
  ['process.env in @tta/obs', 'packages/obs/src/a.ts', 'export const a = () => process.env;'],
  ['a Date of a given time', library, 'export const a = (ms) => new Date(ms);'],
  ['timers in an app', 'packages/server/src/a.ts', 'export const a = () => setTimeout(a, 1);'],
  ['a call on import in a spec', 'packages/primitives/src/a.spec.ts', 'describe();'],
];

describe('rules of libraries', () => {
  const found = lintTexts([...refused, ...allowed].map(([, file, text]) => ({ file, text })));

  it.each(refused.map(([what, , , message], index) => ({ what, message, index })))(
    'refuse $what',
    ({ message, index }) => {
      expect(found[index]).toEqual([expect.stringContaining(message)]);
    },
  );

  it.each(allowed.map(([what], index) => ({ what, index })))('allow $what', ({ index }) => {
    expect(found[refused.length + index]).toEqual([]);
  });
});

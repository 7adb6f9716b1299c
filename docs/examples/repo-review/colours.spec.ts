import { describe, expect, it } from '@jest/globals';
import { coloursFor } from './colours.ts';

describe('coloursFor', () => {
  it.each([
    [true, {}, '\u001b[31mtext\u001b[39m'],
    [true, { NO_COLOR: '' }, '\u001b[31mtext\u001b[39m'],
    [true, { NO_COLOR: '1' }, 'text'],
    [true, { TERM: 'dumb' }, 'text'],
    [false, {}, 'text'],
    [undefined, {}, 'text'],
  ])('paints for a stream with isTTY %j and %j', (isTTY, env, painted) => {
    expect(coloursFor(isTTY === undefined ? {} : { isTTY }, env).red('text')).toBe(painted);
  });
});

import { describe, expect, it } from '@jest/globals';
import { nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  const names = ['status', 'service', 'session', 'step', 'cost', 'trace.duration'];

  it.each([
    ['statsu', 'status'],
    ['sttaus', 'status'],
    ['servce', 'service'],
    ['sesion', 'session'],
    ['coost', 'cost'],
    ['cots', 'cost'],
    ['trace.dur', 'trace.duration'],
    ['serv', 'service'],
    ['stap', 'step'],
  ])('takes %s for %s', (slip, meant) => {
    expect(nearestName(slip, names)).toBe(meant);
  });

  it.each(['', 'x', 'http', 'something', 'c'.repeat(50)])('takes %j for none', (name) => {
    expect(nearestName(name, names)).toBeUndefined();
  });

  it('counts a swap of neighbours, a change, an addition and an omission as one slip', () => {
    expect(['abdc', 'abxd', 'abcxd', 'abd'].map((slip) => nearestName(slip, ['abcd']))).toEqual(
      Array.from({ length: 4 }, () => 'abcd'),
    );
    expect(nearestName('badc', ['abcd'])).toBeUndefined();
  });

  it('prefers the nearest, and among equals the first', () => {
    expect(nearestName('cast', ['mist', 'cost', 'cash'])).toBe('cost');
  });
});

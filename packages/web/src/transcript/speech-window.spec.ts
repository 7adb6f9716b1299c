import { describe, expect, it } from '@jest/globals';
import type { Speech } from './transcript-rows.ts';
import { speechWindow } from './speech-window.ts';

const speeches = (count: number, firstSpeaker = 'user'): readonly Speech[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `i${index}`,
    speaker: index === 0 ? firstSpeaker : 'user',
    name: null,
    pieces: [],
    source: null,
  }));
const lengths = (all: readonly Speech[]) => {
  const { first, between, latest } = speechWindow(all);
  expect([...first, ...between, ...latest]).toEqual(all);
  return [first.length, between.length, latest.length];
};

describe('speechWindow', () => {
  it('leaves what is little whole', () => {
    expect(lengths(speeches(0))).toEqual([0, 0, 0]);
    expect(lengths(speeches(60, 'system'))).toEqual([0, 0, 60]);
  });

  it('keeps the instructions and the latest of a long history', () => {
    expect(lengths(speeches(300))).toEqual([0, 250, 50]);
    expect(lengths(speeches(300, 'system'))).toEqual([1, 249, 50]);
  });
});

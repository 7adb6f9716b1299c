import { describe, expect, it } from '@jest/globals';
import { countWords } from './words.ts';

function wordsOf(text: string): readonly string[] {
  return [...countWords(text, 1, new Map()).keys()];
}

describe('countWords', () => {
  it.each([
    ['tokens', 'token'],
    ['dependencies', 'dependency'],
    ['queries', 'query'],
    ['cookies', 'cookie'],
    ['searches', 'search'],
    ['patches', 'patch'],
    ['caches', 'cache'],
    ['processes', 'process'],
    ['databases', 'database'],
    ['aliases', 'alias'],
    ['hashes', 'hash'],
    ['boxes', 'box'],
    ['series', 'series'],
    ['status', 'status'],
    ['analysis', 'analysis'],
    ['alias', 'alias'],
    ['process', 'process'],
    ['bus', 'bus'],
  ])('counts %s as %s', (written, counted) => {
    expect(wordsOf(written)).toEqual([counted]);
  });

  it('splits identifiers where their case changes', () => {
    expect(wordsOf('readTraceTree parse_batch Größenmaß')).toEqual([
      'read',
      'trace',
      'tree',
      'parse',
      'batch',
      'größenmaß',
    ]);
  });

  it('leaves out common, short and endless words', () => {
    expect(wordsOf(`the const return x1 ab ${'x'.repeat(25)} retry`)).toEqual(['retry']);
  });

  it('adds the weight of each occurrence to what was counted before', () => {
    expect([...countWords('token tokens', 4, new Map([['token', 1]]))]).toEqual([['token', 9]]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { SparseLog } from './sparse-log.ts';

describe('SparseLog', () => {
  it('writes one line a minute of each kind, and counts the others', () => {
    let nowMs = 5;
    const lines: string[] = [];
    const log = new SparseLog(() => nowMs);
    const say = (kind: string, line: string) => log.say(kind, line, (text) => void lines.push(text));
    say('disk', 'disk full');
    say('disk', 'disk full');
    say('bug', 'a bug');
    nowMs += 59_999;
    say('disk', 'disk full');
    nowMs += 1;
    say('disk', 'disk full');
    nowMs += 60_000;
    say('disk', 'disk full');
    expect(lines).toEqual(['disk full', 'a bug', 'disk full (2 times before)', 'disk full']);
  });
});

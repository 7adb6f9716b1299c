import { expect, it } from '@jest/globals';
import { Session } from '../test/session.ts';
import { SearchProgress } from './search-progress.ts';

it('says how far a search has looked back once it takes longer than a second', () => {
  const session = new Session({ homeDirectory: '/', errColumns: 80 });
  let nowMs = 50;
  const progress = new SearchProgress(session.terminal, () => nowMs);
  nowMs = 1_049;
  progress.show(0, Date.UTC(2026, 0, 7, 10, 31));
  expect(session.stderr).toBe('');
  nowMs = 1_050;
  progress.show(2, Date.UTC(2026, 0, 7, 10, 31));
  expect(session.stderr).toContain('looked back to 2026-01-07 10:31Z, 2 found');
  nowMs = 2_000;
  progress.show(3, null);
  expect(session.stderr).toContain('looking further back, 3 found');
  progress.clear();
  expect(session.stderr).toMatch(/\r\u001b\[K$/);
});

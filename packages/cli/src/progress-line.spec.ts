import { describe, expect, it } from '@jest/globals';
import { ProgressLine } from './progress-line.ts';

function lineOn(errColumns: number) {
  const said: string[] = [];
  let nowMs = 0;
  const terminal = {
    out: () => undefined,
    err: (text: string) => void said.push(text),
    columns: 80,
    hasColour: false,
    isOutTerminal: false,
    errColumns,
  };
  const line = new ProgressLine(terminal, () => nowMs);
  return { line, said, at: (ms: number) => (nowMs = ms) };
}

describe('ProgressLine', () => {
  it('writes one line anew, ten times a second at most, in the width of the terminal', () => {
    const { line, said, at } = lineOn(10);
    line.show(() => 'one');
    at(99);
    line.show(() => 'two');
    at(100);
    line.show(() => 'three and more');
    line.clear();
    line.clear();
    expect(said).toEqual(['\r\u001b[Kone', '\r\u001b[Kthree an…', '\r\u001b[K']);
  });

  it('shows itself again at once after something else was written', () => {
    const { line, said } = lineOn(10);
    line.show(() => 'one');
    line.clear();
    line.show(() => 'one');
    expect(said).toHaveLength(3);
  });

  it('says nothing where no terminal is', () => {
    const { line, said } = lineOn(0);
    line.show(() => 'one');
    line.clear();
    expect(said).toEqual([]);
  });
});

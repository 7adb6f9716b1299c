import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Progress } from './progress.ts';

class Screen extends Writable {
  readonly isTTY: boolean;
  text = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

describe('Progress', () => {
  it('keeps one live line on a terminal, and takes it away', () => {
    const screen = new Screen(true);
    const progress = new Progress(screen);
    progress.step('reading');
    progress.step('counting');
    progress.clear();
    progress.clear();
    expect(screen.text).toBe('\r\u001b[2Kreading …\r\u001b[2Kcounting …\r\u001b[2K');
  });

  it('leaves what it says on a terminal, above the next live line', () => {
    const screen = new Screen(true);
    const progress = new Progress(screen);
    progress.step('reading');
    progress.say('sends 10 bytes');
    progress.clear();
    expect(screen.text).toBe('\r\u001b[2Kreading …\r\u001b[2Ksends 10 bytes\n');
  });

  it('writes plain lines where there is no terminal', () => {
    const screen = new Screen(false);
    const progress = new Progress(screen);
    progress.step('reading \u001b[2J');
    progress.say('sends 10 bytes');
    progress.clear();
    expect(screen.text).toBe('reading \\x1b[2J\nsends 10 bytes\n');
  });
});

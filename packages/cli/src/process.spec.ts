import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { processSurroundings } from './process.ts';

/** A process with streams of a spec. */
function processOf(
  stdout: { isTTY?: boolean; columns?: number },
  env: Record<string, string> = {},
  stderr: { isTTY?: boolean; columns?: number } = {},
) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const out = Object.assign(new PassThrough(), stdout);
  const err = Object.assign(new PassThrough(), stderr);
  const subject = { env, stdin, stdout: out, stderr: err, platform: 'linux' } as unknown as NodeJS.Process;
  return { subject, stdin, err, out, surroundings: processSurroundings(subject) };
}

describe('processSurroundings', () => {
  it('asks on stderr, and hears one line', async () => {
    const { stdin, out, err, surroundings } = processOf({});
    expect(surroundings.isInteractive).toBe(true);
    const answer = surroundings.ask('Sure? ');
    stdin.write('yes\nmore\n');
    expect(await answer).toBe('yes');
    expect(String(err.read())).toContain('Sure? ');
    expect(out.read()).toBeNull();
  });

  it('hears nothing when the input ends', async () => {
    const { stdin, surroundings } = processOf({});
    const answer = surroundings.ask('Sure? ');
    stdin.end();
    expect(await answer).toBeUndefined();
  });

  it.each([
    [{ isTTY: true }, {}, true],
    [{}, {}, false],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    [{ isTTY: true }, { NO_COLOR: '' }, true],
    [{ isTTY: true }, { TERM: 'dumb' }, false],
  ])('with the output %j and %j has colour: %j', (stdout, env, hasColour) => {
    expect(processOf(stdout, env as Record<string, string>).surroundings.terminal.hasColour).toBe(hasColour);
  });

  it('takes the width of the terminal, or 100 columns', () => {
    expect(processOf({ columns: 40 }).surroundings.terminal.columns).toBe(40);
    expect(processOf({}).surroundings.terminal.columns).toBe(100);
    // A terminal that does not know its width.
    expect(processOf({ columns: 0 }).surroundings.terminal.columns).toBe(100);
  });

  it.each([
    [{ isTTY: true, columns: 60 }, {}, 60],
    [{ isTTY: true }, {}, 100],
    [{ isTTY: true, columns: 60 }, { TERM: 'dumb' }, 0],
    [{ isTTY: true, columns: 60 }, { NO_COLOR: '1' }, 60],
    [{}, {}, 0],
  ])('writes lines of stderr %j anew with %j in the width of %j', (stderr, env, width) => {
    const { terminal } = processOf({}, env, stderr).surroundings;
    expect(terminal.errColumns).toBe(width);
  });

  it('goes on in silence when nobody reads its output any more', () => {
    const { subject, out, err } = processOf({});
    out.emit('error', Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
    expect([err.read(), subject.exitCode]).toEqual([null, undefined]);
  });

  it('says once that its output cannot be written, and fails', () => {
    const { subject, out, err } = processOf({});
    const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
    out.emit('error', full);
    out.emit('error', full);
    expect(String(err.read())).toBe('tta-obs: stdout cannot be written (ENOSPC).\n');
    expect(subject.exitCode).toBe(1);
  });

  it('writes what is long no faster than it is read', async () => {
    const { out, surroundings } = processOf({});
    let made = 0;
    async function* parts() {
      for (; made < 10; made++) yield 'x'.repeat(out.writableHighWaterMark);
    }
    const written = surroundings.pipeOut(parts());
    // Everything that can happen without a reader has happened by then.
    await new Promise(setImmediate);
    expect(made).toBeLessThan(3);
    out.resume();
    await written;
    expect(made).toBe(10);
  });

  it('stops making what nobody reads any more', async () => {
    const { out, surroundings } = processOf({});
    let isOver = false;
    async function* endless() {
      try {
        for (;;) yield 'x'.repeat(out.writableHighWaterMark);
      } finally {
        isOver = true;
      }
    }
    const written = surroundings.pipeOut(endless());
    await new Promise(setImmediate);
    out.emit('error', Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
    await written;
    expect(isOver).toBe(true);
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { transform } from '@swc/core';
import { readFile } from 'node:fs/promises';
import { systemClock } from './clock.ts';

const run = promisify(execFile);

/** Runs a program of its own with the clock's source in front, and returns what it printed. */
async function output(program: string): Promise<string> {
  const source = await readFile(new URL('./clock.ts', import.meta.url), 'utf8');
  const { code } = await transform(source, {
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', `${code}\n${program}`], {
    env: {},
    timeout: 20_000,
  });
  return stdout.trim();
}

describe('systemClock', () => {
  it('tells the time of the system and a time that never goes back', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  });

  it('fires a timer once, also one whose time has passed', async () => {
    let fired = 0;
    await new Promise<void>((resolve) => {
      systemClock.timer(-1, () => void fired++, true);
      systemClock.timer(2, resolve, true);
    });
    expect(fired).toBe(1);
  });

  it('does not fire a cancelled timer', async () => {
    let fired = false;
    const cancel = systemClock.timer(0, () => void (fired = true), true);
    cancel();
    await new Promise<void>((resolve) => void systemClock.timer(2, resolve, true));
    cancel();
    expect(fired).toBe(false);
  });

  it('does not hold the process unless it is told to', async () => {
    const program = (keepAlive: string): string => `
      systemClock.timer(20, () => console.log('fired')${keepAlive});
      process.on('exit', () => console.log('end'));`;
    expect(await output(program(''))).toBe('end');
    expect(await output(program(', false'))).toBe('end');
    expect(await output(program(', true'))).toBe('fired\nend');
  });

  it('waits as long as a timer can when asked to wait for ever', async () => {
    // A delay above 2³¹−1 ms would fire at once.
    expect(
      await output(`
        systemClock.timer(Infinity, () => console.log('for ever'));
        systemClock.timer(20, () => console.log('soon'), true);`),
    ).toBe('soon');
  });
});

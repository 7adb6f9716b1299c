import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { systemRandom } from '@tta/obs-context';
import { currentOwner, ownerState } from './spool-owner.ts';

const self = currentOwner(systemRandom);

describe('currentOwner', () => {
  it('is the same process but another instance each time', () => {
    const { instance, ...process } = currentOwner(systemRandom);
    expect(self).toMatchObject(process);
    expect(instance).not.toBe(self.instance);
  });
});

describe('ownerState', () => {
  it('sees that this process runs', () => {
    expect(ownerState(self, self)).toBe(process.platform === 'linux' ? 'running' : 'unknown');
  });

  it('sees that a process has ended', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(ownerState({ ...self, pid: child.pid ?? 0 }, self)).toBe('ended');
  });

  it('takes a process with another start for another process', () => {
    const state = ownerState({ ...self, started: 'ffffffff' }, self);
    expect(state).toBe(process.platform === 'linux' ? 'ended' : 'unknown');
  });

  it('does not know about other hosts, nor without a start', () => {
    expect(ownerState({ ...self, host: 'ffffffff' }, self)).toBe('unknown');
    expect(ownerState({ ...self, started: '00000000' }, self)).toBe('unknown');
  });

  it('takes an id that no process can have for an ended one', () => {
    expect(ownerState({ ...self, pid: 9_999_999_999 }, self)).toBe('ended');
  });
});

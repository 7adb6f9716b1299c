import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Random } from '@tta/obs-context';

/** Who writes and drains a segment: one spool of one process. */
export interface SpoolOwner {
  /** Tells machines apart that share a volume; 8 hexadecimal digits. */
  readonly host: string;
  readonly pid: number;
  /** Tells processes apart that had the same id; 8 hexadecimal digits, zeros where the system does not say. */
  readonly started: string;
  /** Tells spools of one process apart; 8 hexadecimal digits. */
  readonly instance: string;
}

export type OwnerState = 'ended' | 'running' | 'unknown';

const unknownStart = '00000000';

export function currentOwner(random: Random): SpoolOwner {
  return {
    host: shortHash(hostname()),
    pid: process.pid,
    started: processStart(process.pid) ?? unknownStart,
    instance: random.uuid().slice(0, 8),
  };
}

/**
 * Whether the process of an owner has ended, as far as `self` can see.
 *
 * A wrong answer costs no span: whoever finds a segment gone goes on without it.
 */
export function ownerState(owner: SpoolOwner, self: SpoolOwner): OwnerState {
  if (owner.host !== self.host) return 'unknown';
  if (!isRunning(owner.pid)) return 'ended';
  const started = processStart(owner.pid);
  if (started === undefined || owner.started === unknownStart) return 'unknown';
  return started === owner.started ? 'running' : 'ended';
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It runs, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When a process was started, as a hash; the start of the machine is part of it, because the kernel counts
 * from there (proc_pid_stat(5), field 22). 'ended' for a zombie, undefined where there is no such file.
 */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 2 is the name in parentheses and may hold anything; field 3 is the state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Killed, and its parent has not asked for the exit code: nothing of it runs any more.
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
    return shortHash(`${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')} ${fields[19]}`);
  } catch {
    return undefined;
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

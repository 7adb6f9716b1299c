import { backup } from './backup.ts';
import { cleanup } from './cleanup.ts';
import type { Command } from './command.ts';
import { compare } from './compare.ts';
import { config } from './config.ts';
import { doctor } from './doctor.ts';
import { exportTraces } from './export.ts';
import { importTraces } from './import.ts';
import { pin, unpin } from './pin.ts';
import { run } from './run.ts';
import { start } from './start.ts';
import { stats } from './stats.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { tail } from './tail.ts';
import { trace } from './trace.ts';
import { traces } from './traces.ts';

/** Every command of `tta-obs`, in the order of the general help. */
export const COMMANDS: readonly Command[] = [
  start,
  status,
  stop,
  run,
  trace,
  traces,
  tail,
  stats,
  compare,
  pin,
  unpin,
  cleanup,
  backup,
  doctor,
  config,
  exportTraces,
  importTraces,
];

import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { makeDirectory } from '@tta/obs-server';
import { CommandError } from './command-error.ts';
import type { ServiceFlags } from './commands/shared-flags.ts';
import { ServiceLog } from './service-log.ts';
import { serviceSettings } from './service-settings.ts';
import { SETTINGS, type SettingName } from './setting.ts';
import type { Surroundings } from './surroundings.ts';

/** `tta-obs start --detach`: starts the service in the background, and ends when it serves. */
export async function startDetached(flags: ServiceFlags, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const { databasePath } = serviceSettings(flags, surroundings);
  const log = openLog(databasePath);
  try {
    const [program, ...args] = surroundings.ownProgram;
    const child = spawn(program, [...args, 'start'], {
      detached: true,
      env: environmentOf(flags, surroundings.env),
      stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
    });
    const end = await new Promise<'ready' | number>((resolve, reject) => {
      child.once('error', reject);
      child.once('message', () => resolve('ready'));
      child.once('exit', (code) => resolve(code ?? 1));
    });
    if (end !== 'ready') {
      terminal.err(log.text());
      log.discard();
      return end;
    }
    child.unref();
    terminal.out(log.text());
    terminal.out(
      `  log       ${log.path}\n  Runs in the background, process ${child.pid}: "tta-obs stop" stops it.\n`,
    );
    return 0;
  } finally {
    log.close();
  }
}

function openLog(databasePath: string): ServiceLog {
  try {
    makeDirectory(dirname(databasePath));
    return new ServiceLog(databasePath);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new CommandError(
      1,
      `Cannot write a log beside the database ${databasePath} (${reason}): choose another file with --db-path.`,
      error,
    );
  }
}

/** Flags as variables, which they win over: others can read the command line of a process that stays. */
function environmentOf(flags: ServiceFlags, env: Surroundings['env']): Record<string, string | undefined> {
  const given: Record<string, string | undefined> = { ...env };
  if (flags.config !== undefined) given['TTA_UI_CONFIG'] = flags.config;
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const value = flags[name];
    if (value !== undefined) given[SETTINGS[name].variable] = String(value);
  }
  return given;
}

import { UsageError } from '../command-error.ts';
import type { DoctorFlags } from '../commands/doctor.ts';
import { ProgressLine } from '../progress-line.ts';
import { serviceSettings } from '../service-settings.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseWindow } from '../time-window.ts';
import { findingsOf } from './diagnosis.ts';
import { examineProgram } from './examine-program.ts';
import { examineSetUp } from './examine-set-up.ts';
import { reportJson, reportText } from './report.ts';
import { namedBy } from './restart-mend.ts';

/** As `tta-obs stats` has it. */
const MOST_DAYS = 90;

/** `tta-obs doctor`: what is wrong with a set-up, and what mends it. */
export async function doctorCommand(
  flags: DoctorFlags,
  program: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { terminal, env } = surroundings;
  const windowMs = flags.since === undefined ? undefined : parseWindow(flags.since, MOST_DAYS);
  if (windowMs !== undefined && program.length > 0) {
    throw new UsageError('--since is for what is stored: with a command, what it sends is looked at.');
  }
  const settings = serviceSettings(flags, surroundings);
  const named = namedBy(flags);
  const isJson = flags.json === true;
  const progress = new ProgressLine(terminal);
  const common = { settings, named, now: Date.now, progress };
  const [name, ...rest] = program;
  const diagnosing =
    name === undefined
      ? examineSetUp({ ...common, env, ...(windowMs !== undefined && { windowMs }) })
      : examineProgram({ ...common, flags, program: [name, ...rest], isOutputOurs: isJson, surroundings });
  const diagnosis = await diagnosing.finally(() => progress.clear());
  terminal.out(isJson ? reportJson(diagnosis) : reportText(diagnosis, terminal));
  return findingsOf(diagnosis).length === 0 ? 0 : 1;
}

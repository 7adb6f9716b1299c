import { runProgram, type ProgramEnd } from '../child-program.ts';
import { endpointOf, observedEnvironment } from '../observed-environment.ts';
import { observingService, type ObservingService } from '../observing-service.ts';
import { serviceSettings } from '../service-settings.ts';
import { style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { traceTree } from '../trace-tree.ts';
import type { RunFlags } from './run.ts';

const PRINTED_TRACES = 3;

/** `tta-obs run`: a program under observation, by a service of its own or by the one that runs. */
export async function runCommand(
  flags: RunFlags,
  program: readonly [string, ...string[]],
  surroundings: Surroundings,
): Promise<number> {
  const settings = serviceSettings(flags, surroundings);
  const service = await observingService(settings, flags, surroundings);
  try {
    const end = await runProgram(program, observedEnvironment(surroundings.env, service), surroundings);
    const mayStay = flags.exit !== true && !end.wasInterrupted;
    const count = await report(service, end, mayStay || service.outlivesUs, surroundings);
    // A failure without a trace has nothing to look at.
    if (mayStay && (end.exitCode === 0 || count > 0)) await service.stay();
    return end.exitCode;
  } finally {
    await service.close();
  }
}

/** @returns how many traces the program has left. */
async function report(
  service: ObservingService,
  end: ProgramEnd,
  hasPage: boolean,
  { terminal, env }: Surroundings,
): Promise<number> {
  const traces = await service.leftTraces(!end.wasInterrupted);
  if (end.failure !== undefined) terminal.err(`tta-obs: ${end.failure}\n`);
  if (traces.count === 0) {
    if (end.exitCode === 0 && !end.wasInterrupted) terminal.out(noTraceText(endpointOf(env)));
    return 0;
  }
  const printed = traces.newest(PRINTED_TRACES);
  for (const { traceId } of printed) {
    const document = await service.trace(traceId);
    if (document === undefined) continue;
    terminal.out(`\n${traceTree(document, terminal)}`);
    terminal.out(hasPage ? `${service.url}/#/traces/${traceId}\n` : '');
  }
  const rest = traces.count - printed.length;
  if (rest > 0) {
    const noun = rest === 1 ? 'trace' : 'traces';
    const place = hasPage ? service.url : 'tta-obs start shows them';
    terminal.out(`\n${style(terminal.hasColour).dim(`and ${rest} earlier ${noun}: ${place}`)}\n`);
  }
  terminal.out('\n');
  return traces.count;
}

function noTraceText(elsewhere: string | undefined): string {
  return elsewhere === undefined
    ? 'The command left no trace: does it call initializeObservability() of @tta/obs, or start an OpenTelemetry SDK?\n'
    : `The command left no trace here: ${elsewhere} is set, and what OpenTelemetry has goes there.\n`;
}

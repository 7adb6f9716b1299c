import type { TraceSummary } from '@tta/obs-protocol';
import { runProgram, type ProgramEnd } from '../child-program.ts';
import { CommandError } from '../command-error.ts';
import { endpointOf, observedEnvironment } from '../observed-environment.ts';
import { observingService, type ObservingService } from '../observing-service.ts';
import { serviceSettings } from '../service-settings.ts';
import { firstError, isFailed, runSummary, type FailedRun } from '../run-summary.ts';
import { style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { traceTree } from '../trace-tree.ts';
import type { RunFlags } from './run.ts';

const PRINTED_TRACES = 3;
const TOLD_FAILURES = 5;
/** Where commands look without being told. */
const USUAL_PORT = '8765';

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
    const count = await report(service, end, mayStay || service.outlivesUs, surroundings).catch(
      (error: unknown) => {
        // How the program has ended counts more than what cannot be told of it.
        if (!(error instanceof CommandError)) throw error;
        surroundings.terminal.err(`tta-obs: ${error.message}\n`);
        return 0;
      },
    );
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
  if (end.failure !== undefined) terminal.err(`tta-obs: ${end.failure}\n`);
  const traces = await service.leftTraces(!end.wasInterrupted);
  if (traces.count === 0) {
    if (end.exitCode === 0 && !end.wasInterrupted) terminal.out(noTraceText(endpointOf(env)));
    return 0;
  }
  const all = traces.newest(Number.POSITIVE_INFINITY);
  const printed = all.slice(-PRINTED_TRACES);
  const { columns, hasColour } = terminal;
  for (const { traceId } of printed) {
    const document = await service.trace(traceId);
    if (document === undefined) continue;
    terminal.out(`\n${traceTree(document, { columns, hasColour })}`);
    terminal.out(hasPage ? `${service.url}/#/traces/${traceId}\n` : '');
  }
  if (traces.count > 1) {
    terminal.out(`\n${runSummary(all, await failedRuns(service, all), terminal)}`);
    const rest = restText(traces.count - printed.length, hasPage ? service.url : undefined);
    terminal.out(rest === '' ? '' : `${style(hasColour).dim(rest)}\n`);
  }
  terminal.out('\n');
  return traces.count;
}

/** The newest first. */
async function failedRuns(
  service: ObservingService,
  traces: readonly TraceSummary[],
): Promise<readonly FailedRun[]> {
  const failed = traces.filter(isFailed).slice(-TOLD_FAILURES).toReversed();
  return Promise.all(
    failed.map(async (trace) => {
      const document = await service.trace(trace.traceId);
      return { trace, message: document === undefined ? '' : firstError(document) };
    }),
  );
}

/** @param url - Of the service, while it runs. */
function restText(count: number, url: string | undefined): string {
  if (count === 0) return '';
  const noun = count === 1 ? 'trace' : 'traces';
  return `and ${count} earlier ${noun}: ${url === undefined ? 'tta-obs start shows them' : listCommand(url)}`;
}

function listCommand(url: string): string {
  const { port } = new URL(url);
  return port === USUAL_PORT ? 'tta-obs traces' : `tta-obs traces --port ${port}`;
}

function noTraceText(elsewhere: string | undefined): string {
  return elsewhere === undefined
    ? 'The command left no trace: does it call initializeObservability() of @tta/obs, or start an OpenTelemetry SDK?\n'
    : `The command left no trace here: ${elsewhere} is set, and what OpenTelemetry has goes there.\n`;
}

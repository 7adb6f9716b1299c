import type { RunningServer } from '@tta/obs-server';
import { announceService } from './announcement.ts';
import { runProgram, type ProgramEnd } from './child-program.ts';
import type { Flags } from './command-line.ts';
import { LeftTraces } from './left-traces.ts';
import { serviceSettings } from './service-settings.ts';
import { startService } from './service-start.ts';
import { stopSignal } from './stop-signal.ts';
import { style } from './style.ts';
import type { Surroundings } from './surroundings.ts';
import { traceTree } from './trace-tree.ts';

const PRINTED_TRACES = 3;
/** A program may end before another process has sent the root of its trace. */
const ROOT_LIMIT_MS = 2_000;

/** `tta-obs run`: the service and a program under observation, in one command. */
export async function runCommand(
  flags: Flags,
  program: readonly [string, ...string[]],
  surroundings: Surroundings,
): Promise<number> {
  const settings = serviceSettings(flags, surroundings);
  const server = await startService(settings, surroundings);
  const traces = new LeftTraces(server);
  announceService(server, settings, surroundings);
  surroundings.terminal.out('\n');
  try {
    const { url, token } = server;
    const env = {
      ...surroundings.env,
      TTA_UI_ENDPOINT: url,
      ...(token !== undefined && { TTA_UI_TOKEN: token }),
    };
    const end = await runProgram(program, env, surroundings);
    if (!end.wasInterrupted) await traces.complete(ROOT_LIMIT_MS);
    traces.stop();
    await report(server, traces, end, surroundings);
    if (mustStay(flags, traces, end)) await stay(server, surroundings);
    return end.exitCode;
  } finally {
    traces.stop();
    await server.close();
  }
}

/** A failure without a trace has nothing to look at. */
function mustStay(flags: Flags, traces: LeftTraces, end: ProgramEnd): boolean {
  return flags.exit !== true && !end.wasInterrupted && (end.exitCode === 0 || traces.count > 0);
}

async function stay(server: RunningServer, surroundings: Surroundings): Promise<void> {
  const { terminal } = surroundings;
  const stopped = stopSignal(surroundings);
  terminal.out(style(terminal.hasColour).dim(`The service stays up at ${server.url} until Ctrl-C.\n`));
  await stopped;
}

async function report(
  server: RunningServer,
  traces: LeftTraces,
  end: ProgramEnd,
  { terminal }: Surroundings,
): Promise<void> {
  if (end.failure !== undefined) terminal.err(`tta-obs: ${end.failure}\n`);
  if (traces.count === 0) {
    if (end.exitCode === 0 && !end.wasInterrupted) {
      terminal.out('The command left no trace: does it call initializeObservability() of @tta/obs?\n');
    }
    return;
  }
  const paint = style(terminal.hasColour);
  const printed = traces.newest(PRINTED_TRACES);
  for (const { traceId } of printed) {
    const document = await server.store.trace(traceId);
    if (document === undefined) continue;
    terminal.out(`\n${traceTree(document, terminal)}${server.url}/#/traces/${traceId}\n`);
  }
  const rest = traces.count - printed.length;
  if (rest > 0) {
    const noun = rest === 1 ? 'trace' : 'traces';
    terminal.out(`\n${paint.dim(`and ${rest} earlier ${noun}: ${server.url}`)}\n`);
  }
  terminal.out('\n');
}

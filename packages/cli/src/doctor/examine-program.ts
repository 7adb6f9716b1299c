import { runProgram } from '../child-program.ts';
import { CommandError } from '../command-error.ts';
import type { ServiceFlags } from '../commands/shared-flags.ts';
import { observedEnvironment } from '../observed-environment.ts';
import { observingService, type ObservingService, type ObservingSurroundings } from '../observing-service.ts';
import { ServiceClient } from '../service-client.ts';
import type { Surroundings } from '../surroundings.ts';
import { checkArrival } from './arrival-check.ts';
import { checkTraces, skipTraces } from './check-traces.ts';
import { checkDestination } from './destination-check.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { ExamineOptions } from './examine-set-up.ts';
import { readEvidence } from './read-evidence.ts';
import { checkRefusals } from './refusals-check.ts';
import { checkVariables } from './variables-check.ts';

/** So many traces of the program are looked at. */
const NEWEST = 200;

export interface ExamineProgramOptions extends Pick<
  ExamineOptions,
  'settings' | 'named' | 'now' | 'progress'
> {
  readonly flags: ServiceFlags;
  readonly program: readonly [string, ...string[]];
  /** What the program prints goes to stderr: stdout is for what is found. */
  readonly isOutputOurs: boolean;
  readonly surroundings: Surroundings;
}

/** Runs a program as `tta-obs run` does, and looks at the variables that it had and at what it has sent. */
export async function examineProgram(options: ExamineProgramOptions): Promise<Diagnosis> {
  const { settings, flags, surroundings } = options;
  const service = await observingService(settings, flags, onStderr(surroundings));
  try {
    return await examine(service, options);
  } finally {
    await service.close();
  }
}

async function examine(
  service: ObservingService,
  { settings, named, program, isOutputOurs, surroundings, now, progress }: ExamineProgramOptions,
): Promise<Diagnosis> {
  const env = observedEnvironment(surroundings.env, service);
  const port = Number(new URL(service.url).port);
  const client = new ServiceClient({
    host: settings.host,
    port,
    ...(service.token !== undefined && { token: service.token }),
  });
  const before = await client.probe();
  const startMs = now();
  const end = await runProgram(program, env, surroundings, isOutputOurs ? 'stderr' : 'stdout');
  if (end.failure !== undefined) throw new CommandError(1, end.failure);
  const endMs = now();
  const left = await service.leftTraces(!end.wasInterrupted);
  const after = await client.probe();
  if (after === undefined || after === 'locked')
    throw new CommandError(1, `The service at ${service.url} has gone.`);
  const { evidence, unreadCount } = await readEvidence(client, left.newest(NEWEST), {
    now,
    program: { pid: end.pid, startMs, endMs },
    progress,
  });
  const reachable = {
    url: service.url,
    host: settings.host,
    ports: after.ports,
    token: service.token,
    named,
  };
  return {
    url: service.url,
    results: [
      { check: 'variables', findings: checkVariables(env) },
      { check: 'destination', findings: await checkDestination(env, reachable) },
      { check: 'arrival', findings: checkArrival(left.count, { end, given: surroundings.env, env }) },
      checkRefusals(typeof before === 'object' ? before : undefined, after),
      ...(evidence.traces.length === 0
        ? skipTraces('no trace has arrived')
        : checkTraces(evidence, reachable)),
    ],
    traceCount: evidence.traces.length,
    unreadCount,
  };
}

/** What it announces is not what was asked for. */
function onStderr(surroundings: Surroundings): ObservingSurroundings {
  const { terminal, pageDir } = surroundings;
  return {
    terminal: { ...terminal, out: (text) => terminal.err(text) },
    pageDir,
    onSignal: (listener) => surroundings.onSignal(listener),
    exitNow: (code) => surroundings.exitNow(code),
  };
}

import type { ProgramEnd } from '../child-program.ts';
import type { Finding } from './finding.ts';
import type { GivenVariable } from './otlp-destination.ts';
import { shownAddress } from './shown-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ArrivalOptions {
  readonly end: ProgramEnd;
  /** The variables of this shell. */
  readonly given: Environment;
  /** Those that the program had. */
  readonly env: Environment;
}

/** Variables that tell a program where to send traces. */
const NAMES = ['TTA_UI_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

/** Whether a program that was run has sent anything. */
export function checkArrival(traceCount: number, { end, given, env }: ArrivalOptions): readonly Finding[] {
  if (traceCount > 0) return [];
  const had = variables(env);
  return [
    {
      check: 'arrival',
      what: 'No trace of the program has arrived.',
      evidence: [
        `it ended with exit code ${end.exitCode}, and should have heeded one of these:`,
        ...had.map(
          ({ name, value }) =>
            `${name}=${shownAddress(value)}${given[name] === value ? ', as set in this shell' : ''}`,
        ),
        'a program that sets no SDK up, or ends before its last batch is sent, sends nothing',
      ],
      mend: [
        '// at the beginning of the program, before other imports:',
        "import { initializeObservability } from '@tta/obs';",
        'const obs = initializeObservability();',
        '// at its end; with another SDK: await sdk.shutdown()',
        'await obs.shutdown();',
      ],
    },
  ];
}

function variables(env: Environment): readonly GivenVariable[] {
  return NAMES.flatMap((name) => {
    const value = env[name];
    return value ? [{ name, value }] : [];
  });
}

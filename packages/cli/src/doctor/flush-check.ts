import { isOrphan, processOf, spanText, type Evidence } from './evidence.ts';
import { counted, firstOf, type Finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import { originText, type Origin } from './origin.ts';
import { isLocal } from './orphans-check.ts';

/** Traces that a process began and whose root it never sent: it has ended before. */
export function checkFlush({ traces, hasEnded }: Evidence): readonly Finding[] {
  const tops = traces.flatMap((trace) => {
    if (trace.isPartial || trace.hasRoot) return [];
    const top = trace.spans.find((span) => isOrphan(span, trace));
    return top !== undefined && isLocal(top) && hasEnded(top.origin) ? [top] : [];
  });
  return [...groupBy(tops, processOf).values()].map((ofProcess) => {
    const [{ origin }] = ofProcess;
    return {
      check: 'flush',
      what: `${originText(origin)} has ended without sending the root of ${counted(ofProcess.length, 'trace')}.`,
      evidence: firstOf(
        ofProcess.map((top) => `${spanText(top)} names parent ${top.parentSpanId} of the same process`),
      ),
      mend: shutdownMend(origin),
    };
  });
}

/** The line that sends what is queued, in the words of what the process was set up with. */
function shutdownMend({ isOurs, language }: Pick<Origin, 'isOurs' | 'language'>): readonly string[] {
  const when = 'as the last of the program, also before process.exit() and in handlers of SIGTERM and SIGINT';
  if (isOurs) {
    return [`# ${when}:`, 'await obs.shutdown(); // obs is what initializeObservability() has returned'];
  }
  if (language === 'python') {
    return ['# as the last of the program:', 'trace.get_tracer_provider().shutdown()'];
  }
  if (language === 'go') return ['// in main, after the provider is made:', 'defer provider.Shutdown(ctx)'];
  if (language === 'java') return ['// as the last of the program:', 'openTelemetry.close();'];
  return [
    `// ${when}, with every span ended by then:`,
    'await sdk.shutdown(); // the NodeSDK, or the tracer provider',
  ];
}

import { describe, expect, it } from '@jest/globals';
import type { ExecutionResult, LlmUsage } from '@tta/obs-context';
import { InstrumentedPrimitive, onExecution, type RunScope } from '@tta/obs-instrumentation';
import { defineSlo, parseSnapshot } from '@tta/obs-metrics';
import { ObservedProcess } from '../test/observed-process.ts';
import { runProgram } from '../test/program.ts';
import { byKey, sent } from '../test/sent.ts';

const usage = { provider: 'openai', model: 'gpt-5.1', inputTokens: 1_000, outputTokens: 1_000 };

class Call extends InstrumentedPrimitive<string, string> {
  readonly #usage: LlmUsage | undefined;
  constructor(called?: LlmUsage) {
    super({ type: 'call', name: 'call' });
    this.#usage = called;
  }
  protected run(input: string, scope: RunScope): string {
    if (this.#usage) scope.usage(this.#usage);
    if (input === '') throw new Error('nothing to do');
    return input;
  }
}

const observed = new ObservedProcess();
const runs = defineSlo({
  name: 'runs',
  objective: 0.99,
  indicator: { kind: 'availability' },
  alerting: { minEvents: 1 },
});

describe('statistics', () => {
  it('are of every primitive, without anybody asking for metrics', async () => {
    const obs = observed.initialize({ OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=i-7' });
    await new Call().execute('a');
    await new Call().tryExecute('');
    const snapshot = obs.primitiveMetrics();
    expect(snapshot.process).toBe('i-7');
    expect(snapshot.primitives).toMatchObject([
      { type: 'call', name: 'call', executions: { success: 1, error: 1 }, latency: { count: 2 } },
    ]);
    expect(parseSnapshot(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot);
  });

  it('know what a model call costs: by list prices, by the prices that the code brings, or not', async () => {
    const costUsd = async (
      options: Parameters<typeof observed.initialize>[1],
    ): Promise<number | undefined> => {
      const obs = observed.initialize({}, options);
      await new Call(usage).execute('a');
      await obs.shutdown();
      return obs.primitiveMetrics().primitives[0]?.costUsd;
    };
    expect(await costUsd({})).toBeCloseTo(0.01125, 10);
    expect(await costUsd({ pricing: { estimateUsd: () => 2 } })).toBe(2);
    expect(await costUsd({ pricing: false })).toBe(0);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])(
    'know what executions take of the process when that is measured: %j',
    async (measureProcess, executions) => {
      const obs = observed.initialize({}, { measureProcess });
      await new Call().execute('a');
      expect(obs.primitiveMetrics().primitives[0]?.processUse.executions).toBe(executions);
    },
  );

  it('stand beside the listeners that the program brings', async () => {
    observed.initialize({});
    const ends: ExecutionResult[] = [];
    const end = onExecution({ onEnd: (execution) => void ends.push(execution) });
    await new Call().execute('a');
    end();
    expect(ends).toHaveLength(1);
  });
});

describe('SLOs', () => {
  it('are none by default', () => {
    expect(observed.initialize({}).slos()).toEqual([]);
  });

  it('are kept, and served as metrics', async () => {
    const { received, url } = await observed.receiver();
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url };
    const obs = observed.initialize(env, { slos: [runs] });
    await new Call().execute('a');
    await new Call().tryExecute('');
    expect(obs.slos()).toMatchObject([{ slo: { name: 'runs' }, good: 1, bad: 1, compliance: 0.5 }]);
    await obs.flush();
    const events = sent(received).metrics.find(({ name }) => name === 'slo.events')?.sum?.dataPoints ?? [];
    expect(events.map(({ attributes, asDouble }) => [byKey(attributes)['slo.outcome'], asDouble])).toEqual(
      expect.arrayContaining([
        ['good', 1],
        ['bad', 1],
      ]),
    );
  });

  it('alert by lines of the log and by telling the program', async () => {
    const { stdout, stderr } = await runProgram(
      observed.folder,
      `class Broken extends InstrumentedPrimitive<string, string> {
         constructor() { super({ type: 'broken', name: 'broken' }); }
         protected run(): string { throw new Error('x'); }
       }
       const changes: string[] = [];
       initializeObservability({
         enableTtaUi: false, slos: [${JSON.stringify(runs)}],
         onSloAlert: ({ state, severity }) => void changes.push(state + ' ' + severity) });
       await new Broken().tryExecute('x');
       // Alerts are judged when five seconds are over.
       const real = performance.now.bind(performance);
       performance.now = () => real() + 6_000;
       await new Broken().tryExecute('x');
       console.log(changes.join());`,
    );
    expect(stderr).toMatch(
      /"level":"error"[^\n]*SLO \\"runs\\" burns its error budget too fast[^\n]*\(page\)/,
    );
    expect(stderr).toMatch(/"level":"warn"[^\n]*SLO \\"runs\\" burns[^\n]*\(ticket\)/);
    expect(stdout.trim().split(',').sort()).toEqual([
      'firing page',
      'firing page',
      'firing ticket',
      'firing ticket',
    ]);
  });

  it('of one name are refused, and nothing is started', async () => {
    const wrong = (): unknown => observed.initialize({}, { slos: [runs, runs] });
    expect(wrong).toThrow('two SLOs are called "runs"');
    expect(process.listenerCount('beforeExit')).toBe(0);
  });
});

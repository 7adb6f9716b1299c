import { describe, expect, it } from '@jest/globals';
import type { ExecutionResult, LlmUsage } from '@tta/obs-context';
import { InstrumentedPrimitive, onExecution, type RunScope } from '@tta/obs-instrumentation';
import { defineSlo, parseSnapshot } from '@tta/obs-metrics';
import { ObservedProcess } from '../test/observed-process.ts';
import { runProgram } from '../test/program.ts';

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

const broken = `class Broken extends InstrumentedPrimitive<string, string> {
  constructor() { super({ type: 'broken', name: 'broken' }); }
  protected run(): string { throw new Error('x'); }
}`;
const observed = new ObservedProcess();
const runs = defineSlo({
  name: 'runs',
  objective: 0.99,
  indicator: { kind: 'availability' },
  alerting: { minEvents: 1 },
});
const quiet = defineSlo({ ...runs, name: 'quiet', alerting: { minEvents: 1, page: false } });

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
    const sink = await observed.sink();
    const env = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${sink.httpUrl}/v1/metrics`,
    };
    const obs = observed.initialize(env, { slos: [runs] });
    await new Call().execute('a');
    await new Call().tryExecute('');
    expect(obs.slos()).toMatchObject([{ slo: { name: 'runs' }, good: 1, bad: 1, compliance: 0.5 }]);
    await obs.flush();
    const events = sink.trace.points.filter(({ metric }) => metric === 'slo.events');
    expect(events.map(({ labels, value }) => [labels['slo.outcome'], value])).toEqual(
      expect.arrayContaining([
        ['good', 1],
        ['bad', 1],
      ]),
    );
  });

  it('alert by lines of the log, which no sampling leaves out, and by telling the program', async () => {
    const sink = await observed.sink();
    const { stdout, stderr } = await runProgram(
      observed.folder,
      `${broken}
       class Outer extends InstrumentedPrimitive<string, string> {
         constructor() { super({ type: 'outer', name: 'outer' }); }
         protected async run(): Promise<string> { await new Broken().tryExecute('x'); return ''; }
       }
       const changes = new Set<string>();
       initializeObservability({
         slos: ${JSON.stringify([runs, quiet])}, logSampling: { rate: 0 },
         onSloAlert: ({ slo, state, severity }) => void changes.add([slo, state, severity].join(' ')) });
       for (let i = 0; i < 3; i++) await new Broken().tryExecute('x');
       // Alerts are judged when five seconds are over.
       const real = performance.now.bind(performance);
       performance.now = () => real() + 6_000;
       await new Outer().execute('x');
       console.log([...changes].sort().join());`,
      { TTA_UI_ENDPOINT: sink.httpUrl },
    );
    expect(stderr).toMatch(
      /"level":"error"[^\n]*SLO \\"runs\\" burns its error budget too fast[^\n]*\(page\)/,
    );
    expect(stderr).toMatch(/"level":"warn"[^\n]*SLO \\"quiet\\" burns[^\n]*\(ticket\)/);
    expect(stdout).toBe('quiet firing ticket,runs firing page\n');
    expect(sink.trace.lines.map(({ message }) => message).join('\n')).toMatch(/"quiet" burns/);
    // They are about many runs, and belong to none.
    const alerts = stderr.split('\n').filter((line) => line.includes('burns'));
    expect(alerts.filter((line) => line.includes('trace_id'))).toEqual([]);
  });

  it.each([
    ['comes to its end', ''],
    ['shuts observability down', 'await obs.shutdown();'],
    ['calls process.exit()', 'process.exit();'],
    ['exits while a shutdown is under way', 'void obs.shutdown(); process.exit();'],
  ])('alert before a program %s', async (_, ending) => {
    const sink = await observed.sink();
    const body = `${broken}
      const obs = initializeObservability({ slos: [${JSON.stringify(runs)}],
        onSloAlert: ({ slo, severity }) => console.log(slo, severity) });
      for (let i = 0; i < 3; i++) await new Broken().tryExecute('x'); ${ending}`;
    const { stdout, stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: sink.httpUrl });
    expect(new Set(stdout.trim().split('\n'))).toEqual(new Set(['runs page']));
    expect(stderr).toContain('SLO \\"runs\\" burns');
    expect(sink.trace.lines.map(({ message }) => message).join('\n')).toContain('SLO "runs" burns');
  });

  it('of one name are refused, and nothing is started', async () => {
    const wrong = (): unknown => observed.initialize({}, { slos: [runs, runs] });
    expect(wrong).toThrow('two SLOs are called "runs"');
    expect(process.listenerCount('beforeExit')).toBe(0);
  });
});

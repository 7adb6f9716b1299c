import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { correlationOf, type LineLevel, type LogFields, type Logger } from '@tta/obs-context';
import { custom, outer } from '../test/custom.ts';
import { enableContexts, type LogLine, Observed } from '../test/observed.ts';
import { withInstrumentation } from './current-instrumentation.ts';
import { Instrumentation } from './instrumentation.ts';

beforeAll(enableContexts);

const short = ({ level, message }: LogLine): string => `${level} ${message}`;
const failing = custom('failing', () => {
  throw new TypeError('boom');
});

/** A logger that also keeps in which span, and in whose run, each line was written. */
class PlacedLines implements Logger {
  readonly lines: { readonly message: string; readonly spanId: unknown; readonly userId: unknown }[] = [];

  debug(message: string): void {
    const active = context.active();
    const { userId } = correlationOf(active) ?? {};
    this.lines.push({ message, spanId: trace.getSpanContext(active)?.spanId, userId });
  }

  info(message: string): void {
    this.debug(message);
  }

  warn(message: string): void {
    this.debug(message);
  }

  error(message: string): void {
    this.debug(message);
  }
}

describe('log lines of executions', () => {
  it('say at level debug what begins and how it ends', async () => {
    const observed = new Observed({}, true);
    const inner = custom('inner', () => observed.clock.spend(12.34567));
    await observed.run(() => outer(inner).execute(0));
    expect(observed.lines).toEqual([
      {
        level: 'debug',
        message: 'outer started',
        fields: { 'primitive.name': 'outer', 'primitive.type': 'custom', 'primitive.action': 'process' },
      },
      {
        level: 'debug',
        message: 'inner started',
        fields: {
          'primitive.name': 'inner',
          'primitive.type': 'custom',
          'primitive.action': 'process',
          'step.edge': 'step_0',
        },
      },
      {
        level: 'debug',
        message: 'inner completed',
        fields: {
          'primitive.name': 'inner',
          'primitive.type': 'custom',
          'primitive.action': 'process',
          'step.edge': 'step_0',
          'execution.status': 'success',
          'execution.duration_ms': 12.346,
        },
      },
      {
        level: 'debug',
        message: 'outer completed',
        fields: {
          'primitive.name': 'outer',
          'primitive.type': 'custom',
          'primitive.action': 'process',
          'execution.status': 'success',
          'execution.duration_ms': 12.346,
        },
      },
    ]);
  });

  it('say of a failed run once that it is an error, and of its steps where they failed', async () => {
    const observed = new Observed({}, true);
    await observed.run(() => outer(failing).tryExecute(0));
    expect(observed.lines.map(short)).toEqual([
      'debug outer started',
      'debug failing started',
      'debug failing failed: boom',
      'error outer failed: boom',
    ]);
    const error = {
      'error.type': 'TypeError',
      'error.message': 'boom',
      'error.category': 'permanent',
      'error.path': 'outer › step_0 failing',
    };
    expect(observed.lines[2]?.fields).toMatchObject({ ...error, 'step.edge': 'step_0' });
    expect(observed.lines[3]?.fields).toMatchObject({
      ...error,
      'primitive.type': 'custom',
      'execution.status': 'error',
      'execution.duration_ms': 0,
    });
  });

  it('say where a run failed on the line alone, which has room for it', async () => {
    const observed = new Observed();
    await observed.run(() => outer(outer(failing)).tryExecute(0));
    expect(observed.lines[0]?.fields?.['error.path']).toBe('outer › step_0 outer › step_0 failing');
    const ofSpans = observed.spans.flatMap(({ attributes }) => Object.keys(attributes));
    expect(ofSpans).not.toContain('error.path');
    const labels = Object.keys(await observed.points('primitive.execution.count'));
    expect(labels.filter((label) => label.includes('error.path'))).toEqual([]);
  });

  it('keep the end of a path that is too long for a line', async () => {
    const observed = new Observed();
    let nested: ReturnType<typeof outer<number, never>> = failing;
    for (let depth = 0; depth < 100; depth++) nested = outer(nested);
    await observed.run(() => outer(nested).tryExecute(0));
    const path = String(observed.lines[0]?.fields?.['error.path']);
    expect(path).toHaveLength(512);
    expect(path).toMatch(/^….*› step_0 outer › step_0 failing$/);
  });

  it('tell no error of what was cancelled, also where it is closed with its run', async () => {
    const observed = new Observed({}, true);
    const controller = new AbortController();
    const root = custom('root', (n: number, scope) => {
      void scope.step(
        'step_0',
        custom('deaf', () => new Promise<never>(() => undefined)),
        n,
      );
      controller.abort(new Error('stop'));
      throw new Error('as told');
    });
    await observed.run(() => root.tryExecute(0, { signal: controller.signal }));
    expect(observed.lines.map(short)).toEqual([
      'debug root started',
      'debug deaf started',
      'debug deaf cancelled',
      'debug root cancelled',
    ]);
    expect(observed.lines[3]?.fields).toMatchObject({ 'execution.status': 'cancelled' });
  });

  it('are written in the span and the run of their execution', async () => {
    const logger = new PlacedLines();
    const observed = new Observed({ logger });
    const both = outer(custom('inner', () => 1));
    await observed.run(() => both.execute(0, { userId: 'u-1' }));
    const id = (name: string) =>
      observed.span('primitive.custom.process', { 'primitive.name': name }).spanContext().spanId;
    expect(logger.lines).toEqual([
      { message: 'outer started', spanId: id('outer'), userId: 'u-1' },
      { message: 'inner started', spanId: id('inner'), userId: 'u-1' },
      { message: 'inner completed', spanId: id('inner'), userId: 'u-1' },
      { message: 'outer completed', spanId: id('outer'), userId: 'u-1' },
    ]);
  });

  it('of a fact are written in the span of its execution, wherever it is told from', async () => {
    const logger = new PlacedLines();
    const observed = new Observed({ logger });
    const telling = custom('telling', (_: number, { record }) =>
      context.with(ROOT_CONTEXT, () => {
        record({ type: 'recovery', kind: 'timeout' });
        record({ type: 'cache', outcome: 'hit', cacheType: 'memory' });
      }),
    );
    await observed.run(() => telling.execute(0, { userId: 'u-1' }));
    const { spanId } = observed.span('primitive.custom.process').spanContext();
    expect(logger.lines.slice(1, 3)).toEqual([
      { message: 'telling: timeout', spanId, userId: 'u-1' },
      { message: 'telling: cache hit', spanId, userId: 'u-1' },
    ]);
  });

  it('are there, with durations, where nothing but a logger is', async () => {
    const lines: [string, LogFields | undefined][] = [];
    const keep = (message: string, fields?: LogFields): void => void lines.push([message, fields]);
    const { clock } = new Observed();
    const instrumentation = new Instrumentation({
      logger: { debug: keep, info: keep, warn: keep, error: keep },
      clock,
    });
    clock.spend(1000);
    await context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), () =>
      custom('one', () => clock.spend(5)).execute(0),
    );
    expect(lines.map(([message]) => message)).toEqual(['one started', 'one completed']);
    expect(lines[1]?.[1]).toMatchObject({ 'execution.duration_ms': 5 });
  });

  it('are none where debug lines go nowhere, for which a logger is asked once a run', async () => {
    const asked: LineLevel[] = [];
    const written: string[] = [];
    const keep = (message: string): void => void written.push(message);
    const isEnabled = (level: LineLevel): boolean => {
      asked.push(level);
      return false;
    };
    const observed = new Observed({
      logger: { debug: keep, info: keep, warn: keep, error: keep, isEnabled },
    });
    await observed.run(() => outer(outer(custom('inner', () => 1))).execute(0));
    expect([asked, written]).toEqual([['debug'], []]);
  });

  it('tell no duration of a failed run that nobody timed', async () => {
    const lines: LogFields[] = [];
    const error = (_: string, fields: LogFields = {}): void => void lines.push(fields);
    const drop = (): void => undefined;
    const logger = { debug: drop, info: drop, warn: drop, error, isEnabled: () => false };
    await context.with(withInstrumentation(ROOT_CONTEXT, new Instrumentation({ logger })), () =>
      failing.tryExecute(0),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ 'execution.status': 'error', 'error.message': 'boom' });
    expect(lines[0]).not.toHaveProperty(['execution.duration_ms']);
  });

  it('have fields that a logger may write into', async () => {
    const write = (_: string, fields: LogFields = {}): void => {
      for (const key of Object.keys(fields)) (fields as Record<string, unknown>)[key] = '***';
    };
    const observed = new Observed({ logger: { debug: write, info: write, warn: write, error: write } });
    const one = custom('one', () => 1);
    await observed.run(() => one.execute(0));
    await observed.run(() => one.execute(0));
    expect(observed.spans.map(({ attributes }) => attributes['primitive.name'])).toEqual(['one', 'one']);
  });

  it('that cannot be written are faults, and the run goes on', async () => {
    const broken = (): never => {
      throw new Error('no disk');
    };
    const observed = new Observed({ logger: { debug: broken, info: broken, warn: broken, error: broken } });
    expect(await observed.run(() => outer(custom('inner', () => 1)).execute(0))).toBe(1);
    expect(observed.instrumentation.faults).toBe(4);
    expect(observed.spans).toHaveLength(3);
  });
});

import { SpanKind } from '@opentelemetry/api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { instrument } from './instrument.ts';
import { named } from './named.ts';
import type { RunScope } from './run-scope.ts';

beforeAll(enableContexts);

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>(): void => undefined;

async function loadPage(url: string, retries = 0): Promise<string> {
  return `${url} ${retries}`;
}

describe('an instrumented function', () => {
  it('is an execution of its own outside of any run', async () => {
    const observed = new Observed();
    const load = instrument(loadPage);
    expect(await observed.run(() => load('a', 2))).toBe('a 2');
    expect(observed.tree()).toBe('primitive.function.execute "loadPage" success');
    expect(await observed.points('primitive.execution.count')).toEqual({
      'execution.status=success primitive.name=loadPage primitive.type=function': 1,
    });
    expect(await observed.points('agent.workflows.active')).toEqual({ '': 0 });
  });

  it('is part of the run that it is called in, also by a function between', async () => {
    const observed = new Observed();
    const parse = instrument((text: string) => text.length, { name: 'parse' });
    const load = instrument(async (url: string) => parse(await loadPage(url)), { name: 'load' });
    const step = async (url: string) => load(url);
    expect(await observed.run(() => outer(step).execute('a', { tags: { team: 'blue' } }))).toBe(3);
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "outer" success',
        '  primitive.custom.step_0 "step" success',
        '    primitive.lambda.execute "step" success',
        '      primitive.function.execute "load" success',
        '        primitive.function.execute "parse" success',
      ].join('\n'),
    );
    const parsed = observed.span('primitive.function.execute', { 'primitive.name': 'parse' });
    expect(parsed.attributes['tag.team']).toBe('blue');
  });

  it('looks as it is described', async () => {
    const observed = new Observed();
    const search = instrument(loadPage, {
      name: 'search',
      type: 'tool',
      action: 'call',
      kind: SpanKind.CLIENT,
      attributes: (url, retries) => ({ 'search.url': url, 'search.retries': retries ?? 0 }),
    });
    await observed.run(() => search('a'));
    const span = observed.span('primitive.tool.call', {
      'primitive.name': 'search',
      'primitive.type': 'tool',
    });
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.attributes).toMatchObject({ 'search.url': 'a', 'search.retries': 0 });
  });

  it('keeps this, arguments, name and number of arguments', async () => {
    const counter = {
      count: 1,
      add: instrument(function add(this: { count: number }, by: number, ...more: number[]) {
        return (this.count += by + more.length);
      }),
    };
    expect(await counter.add(2, 0, 0)).toBe(5);
    expect(counter.count).toBe(5);
    const { name, length } = counter.add;
    expect({ name, length }).toEqual({ name: 'add', length: 1 });
    expect(instrument(() => 1).name).toBe('function');
    expect(instrument(loadPage, { name: 'fetch page' }).name).toBe('fetch page');
    expect(instrument(() => 1, { type: 'tool' }).name).toBe('tool');
    expect(instrument(loadPage, { name: '' }).name).toBe('loadPage');
  });

  it('rejects with what the function throws, also where it throws at once', async () => {
    const observed = new Observed();
    const error = new Error('boom');
    const fails = instrument((): number => {
      throw error;
    });
    await expect(observed.run(() => fails())).rejects.toBe(error);
    expect(observed.tree()).toBe('primitive.function.execute "function" error');
  });

  it('has a type as wide as that of the function', async () => {
    const load = instrument(loadPage);
    same<Same<Parameters<typeof load>, [url: string, retries?: number | undefined]>>();
    same<Same<ReturnType<typeof load>, Promise<string>>>();
    const first = instrument(<T>(items: readonly T[]): T | undefined => items[0]);
    const one: Promise<number | undefined> = first([1, 2]);
    const text: Promise<string | undefined> = first(['a']);
    expect([await one, await text]).toEqual([1, 'a']);
    // @ts-expect-error an argument of another type
    void load(1);
    const bound = instrument(function (this: { readonly url: string }) {
      return this.url;
    });
    // @ts-expect-error it needs its object
    await expect(bound()).rejects.toThrow(TypeError);
    // @ts-expect-error attributes of other arguments
    instrument(loadPage, { attributes: (url: number) => ({ url }) });
  });

  it('is one execution as a step, and has the scope of the step as other steps have', async () => {
    const observed = new Observed();
    const shout = instrument(
      (text: string, scope?: RunScope) => {
        scope?.attr('shouted', true);
        return text.toUpperCase();
      },
      { name: 'shout', attributes: (text) => ({ letters: text.length }) },
    );
    expect(await observed.run(() => outer(shout).execute('abc'))).toBe('ABC');
    expect(observed.tree()).toBe(
      [
        'primitive.custom.process "outer" success',
        '  primitive.custom.step_0 "shout" success',
        '    primitive.function.execute "shout" success',
      ].join('\n'),
    );
    expect(observed.span('primitive.function.execute').attributes).toMatchObject({
      letters: 3,
      shouted: true,
    });
    await observed.run(() => named('loud', shout).execute('abc'));
    observed.span('primitive.function.execute', { 'primitive.name': 'loud', letters: 3 });
  });

  it('is called although its attributes cannot be made', async () => {
    const observed = new Observed();
    const attributes = (): never => {
      throw new Error('no attributes');
    };
    const load = instrument(loadPage, { attributes });
    expect(await observed.run(() => load('a'))).toBe('a 0');
    expect(observed.instrumentation.faults).toBe(1);
  });

  it('makes no attributes where nothing records', async () => {
    let made = 0;
    const load = instrument(loadPage, { attributes: () => ({ made: ++made }) });
    await load('a');
    expect(made).toBe(0);
  });

  it('is refused of what is no function', () => {
    // @ts-expect-error the promise in place of the function
    expect(() => instrument(loadPage('a'))).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_OPTION',
        message:
          'instrument: the first argument is of type object; pass the function itself, not what it returns',
      }),
    );
  });
});

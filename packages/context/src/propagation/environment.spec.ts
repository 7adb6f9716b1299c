import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { type Environment, environment } from './environment.ts';
import { extract, inject } from './inject-extract.ts';
import { W3CPropagator } from './w3c-propagator.ts';

const propagator = new W3CPropagator();
const variables = {
  TRACEPARENT: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03',
  TRACESTATE: 'foo=1',
  BAGGAGE: 'name=Am%C3%A9lie',
};
const context = extract(ROOT_CONTEXT, variables, environment, propagator);

/** What a process that is started with an environment finds there. */
function childEnvironment(env: Environment): unknown {
  const script =
    'const { TRACEPARENT, TRACESTATE, BAGGAGE } = process.env;' +
    'process.stdout.write(JSON.stringify({ TRACEPARENT, TRACESTATE, BAGGAGE }));';
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' }));
}

describe('environment', () => {
  it('reads TRACEPARENT, TRACESTATE and BAGGAGE', () => {
    expect(trace.getSpanContext(context)).toMatchObject({ spanId: '00f067aa0ba902b7', traceFlags: 3 });
    expect(trace.getSpanContext(context)?.traceState?.get('foo')).toBe('1');
    expect(propagation.getBaggage(context)?.getEntry('name')?.value).toBe('Amélie');
  });

  it.each([
    ['traceparent', 'TRACEPARENT'],
    ['x-b3-traceid', 'X_B3_TRACEID'],
    ['uber.trace id', 'UBER_TRACE_ID'],
    ['3d', '_3D'],
    ['', '_'],
    ['ünï', '_N_'],
    ['ß', '_'],
    ['Already_FINE_1', 'ALREADY_FINE_1'],
  ])('names the field %j %s', (field, name) => {
    const target: Environment = {};
    environment.set(target, field, 'value');
    expect(target).toEqual({ [name]: 'value' });
    expect(environment.get(target, field)).toBe('value');
  });

  it('takes an empty variable for none', () => {
    const none = { TRACEPARENT: '', TRACESTATE: '', BAGGAGE: '' };
    expect(extract(ROOT_CONTEXT, none, environment, propagator)).toBe(ROOT_CONTEXT);
  });

  it('takes a variable out', () => {
    const target: Environment = { HOME: '/', BAGGAGE: 'a=1' };
    environment.remove(target, 'baggage');
    environment.remove(target, 'tracestate');
    expect(target).toStrictEqual({ HOME: '/' });
  });

  it('tells the names of all variables', () => {
    expect(environment.keys({ HOME: '/', TRACEPARENT: '' })).toEqual(['HOME', 'TRACEPARENT']);
  });

  it('gives a child nothing of the context that this process was started in', () => {
    const own = {
      PATH: process.env['PATH'],
      TRACEPARENT: 'old',
      TRACESTATE: 'vendor=old',
      BAGGAGE: 'secret=x',
    };
    const { TRACEPARENT } = variables;
    const spanAlone = extract(ROOT_CONTEXT, { TRACEPARENT }, environment, propagator);
    expect(childEnvironment(inject(spanAlone, own, environment, propagator))).toEqual({ TRACEPARENT });
  });

  it('reaches a child process and leaves this one as it is', () => {
    const before = { ...process.env };
    const env = inject(context, { ...process.env, LANG: 'C' }, environment, propagator);
    expect(childEnvironment(env)).toEqual(variables);
    expect({ ...process.env }).toEqual(before);
  });
});

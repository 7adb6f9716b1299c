import { describe, expect, it } from '@jest/globals';
import { evidenceOf, type ToldSpan } from '../../test/stored-spans.ts';
import { checkDoubleSpans } from './double-spans-check.ts';

const id = (number: number, length: number) => number.toString(16).padStart(length, '0');

const http = { 'http.request.method': 'GET', 'url.full': 'https://bank.example/rates' };
const outer: ToldSpan = {
  traceId: id(1, 32),
  spanId: id(1, 16),
  kind: 3,
  scope: 'one',
  attributes: http,
  startMs: 0,
  endMs: 100,
};
const inner: ToldSpan = {
  ...outer,
  spanId: id(2, 16),
  parentSpanId: id(1, 16),
  scope: 'two',
  startMs: 1,
  endMs: 98,
};

const doubles = (...spans: readonly ToldSpan[]) => checkDoubleSpans(evidenceOf(spans)).length;

describe('checkDoubleSpans', () => {
  it('finds a call that two scopes tell, also in the words of an older convention', () => {
    expect(doubles(outer, inner)).toBe(1);
    const older = { 'http.method': 'GET', 'http.url': 'https://bank.example/rates' };
    expect(doubles(outer, { ...inner, attributes: older })).toBe(1);
    const db = { 'db.system': 'postgresql', 'db.statement': 'select 1' };
    expect(doubles({ ...outer, attributes: db }, { ...inner, attributes: db })).toBe(1);
  });

  it.each<[string, Partial<ToldSpan>, Partial<ToldSpan>]>([
    ['scopes are the same', {}, { scope: 'one' }],
    ['targets differ', {}, { attributes: { ...http, 'url.full': 'https://bank.example/other' } }],
    [
      'one tells a model call, and the other how it is sent',
      {},
      { attributes: { 'rpc.system': 'grpc', 'rpc.service': 's', 'rpc.method': 'm' } },
    ],
    ['the call takes a part of the time only', {}, { endMs: 60 }],
    ['one is no call', { kind: 1 }, {}],
    ['targets are not told', { attributes: {} }, { attributes: {} }],
    ['the other is the called', {}, { kind: 2, resource: { 'service.name': 'bank' } }],
  ])('says nothing when %s', (_reason, one, other) => {
    expect(doubles({ ...outer, ...one }, { ...inner, ...other })).toBe(0);
  });

  it('says nothing of a model call below an execution of @tta/obs', () => {
    const ai = (convention: string) =>
      ({
        operation: 'inference',
        convention,
        requestModel: 'gpt-5.1',
        responseModel: null,
      }) as unknown as ToldSpan['ai'];
    const call = { ...inner, ai: ai('openinference') ?? null };
    expect(doubles({ ...outer, ai: ai('tta-primitives') ?? null }, call)).toBe(0);
    expect(doubles({ ...outer, ai: ai('openllmetry') ?? null }, call)).toBe(1);
  });
});

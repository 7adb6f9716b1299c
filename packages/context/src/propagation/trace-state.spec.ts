import { describe, expect, it } from '@jest/globals';
import { W3CTraceState } from './trace-state.ts';

const parse = (header: string): W3CTraceState => {
  const state = W3CTraceState.parse(header);
  if (state === undefined) throw new Error(`${header} is refused`);
  return state;
};
const members = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `k${index}=${index}`);

describe('W3CTraceState', () => {
  it('tells the value of a key', () => {
    const state = parse('foo=1,bar= 2');
    expect([state.get('foo'), state.get('bar'), state.get('baz'), state.get('')]).toEqual([
      '1',
      ' 2',
      undefined,
      undefined,
    ]);
  });

  it('is empty when it is new', () => {
    expect(new W3CTraceState().serialize()).toBe('');
    expect(new W3CTraceState().set('ot', 'th:8').serialize()).toBe('ot=th:8');
  });

  it('puts a new key and a changed one first, and keeps the order of the others', () => {
    const state = parse('a=1,b=2,c=3');
    expect(state.set('d', '4').serialize()).toBe('d=4,a=1,b=2,c=3');
    expect(state.set('b', '4').serialize()).toBe('b=4,a=1,c=3');
    expect(state.set('a', '4').serialize()).toBe('a=4,b=2,c=3');
  });

  it('takes a key away', () => {
    const state = parse('a=1,b=2,c=3');
    expect(state.unset('b').serialize()).toBe('a=1,c=3');
    expect(state.unset('b').get('b')).toBeUndefined();
    expect(state.unset('d')).toBe(state);
    expect(parse('a=1').unset('a').serialize()).toBe('');
  });

  it('never changes', () => {
    const state = parse('a=1,b=2');
    state.set('a', '3').set('c', '4').unset('b');
    expect(state.serialize()).toBe('a=1,b=2');
    expect(state.get('a')).toBe('1');
  });

  it('drops the last member when a 33rd comes first', () => {
    const state = parse(members(32).join(','));
    expect(state.set('new', '1').serialize()).toBe(['new=1', ...members(31)].join(','));
    expect(state.set('k31', '1').serialize()).toBe(['k31=1', ...members(31)].join(','));
  });

  it.each([
    ['', '1'],
    ['Foo', '1'],
    ['_foo', '1'],
    ['@foo', '1'],
    ['foo bar', '1'],
    ['foo=', '1'],
    ['k'.repeat(257), '1'],
    ['foo', ''],
    ['foo', ' '],
    ['foo', '1 '],
    ['foo', '1,2'],
    ['foo', '1=2'],
    ['foo', 'line\r\nfeed'],
    ['foo', '\t1'],
    ['foo', 'é'],
    ['foo', '\u007F'],
    ['foo', 'v'.repeat(257)],
  ])('refuses to set %j to %j', (key, value) => {
    const state = parse('a=1');
    expect(state.set(key, value)).toBe(state);
  });

  it('takes keys and values of 256 characters', () => {
    const [key, value] = ['k'.repeat(256), 'v'.repeat(256)];
    expect(new W3CTraceState().set(key, value).get(key)).toBe(value);
  });

  it('sends nothing rather than a part of a member', () => {
    const state = new W3CTraceState().set('k'.repeat(256), 'v'.repeat(256));
    expect(state.serialize()).toBe('');
  });

  it('sends 512 characters at most, and still tells all values', () => {
    const state = parse([`a=${'1'.repeat(200)}`, `b=${'2'.repeat(200)}`, `c=${'3'.repeat(200)}`].join(','));
    expect(state.serialize()).toBe(`a=${'1'.repeat(200)},b=${'2'.repeat(200)}`);
    expect(state.get('c')).toBe('3'.repeat(200));
  });
});

import { describe, expect, it } from '@jest/globals';
import { shownAddress, withoutUser } from './shown-address.ts';

describe('shownAddress', () => {
  it.each([
    ['http://127.0.0.1:8765', 'http://127.0.0.1:8765'],
    ['http://127.0.0.1:8765/', 'http://127.0.0.1:8765/'],
    ['https://a.example/v1/traces', 'https://a.example/v1/traces'],
    ['localhost:4317', 'localhost:4317'],
    ['nowhere', 'nowhere'],
    ['http://[::1]:4318/x', 'http://[::1]:4318/x'],
    ['http://bob:secret@a.example:1?api_key=secret', 'http://…@a.example:1?…'],
    ['http://a.example/x?api_key=secret#secret', 'http://a.example/x?…'],
    ['http://bob:sec@ret@a.example/x', 'http://…@a.example/x'],
    ['bob:secret@a.example:4317', '…@a.example:4317'],
    ['http://bob:sec/ret@a.example/x', 'a.example'],
    ['http://secret@a.example:99999/?key=secret', 'a.example:99999'],
  ])('of %s is %s', (text, shown) => {
    expect(shownAddress(text)).toBe(shown);
  });
});

describe('withoutUser', () => {
  it('has the user as HTTP wants to be shown it', () => {
    const { url, headers } = withoutUser(new URL('http://bob:p%40ss@a.example/x?k=1'));
    expect([url.href, headers]).toEqual([
      'http://a.example/x?k=1',
      { authorization: `Basic ${Buffer.from('bob:p@ss').toString('base64')}` },
    ]);
  });

  it('leaves an address without one as it is', () => {
    const url = new URL('http://a.example/');
    expect(withoutUser(url)).toEqual({ url, headers: {} });
  });
});

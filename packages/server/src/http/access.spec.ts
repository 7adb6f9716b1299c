import { describe, expect, it } from '@jest/globals';
import { Access, isLoopback } from './access.ts';
import { AccessToken, generateToken } from './access-token.ts';
import type { RefusedError } from './refused-error.ts';

const TOKEN = 'correct-horse-battery';

/** 0 when a request with these headers is served, else the status that it is refused with. */
function statusOf(
  access: Access,
  headers: Record<string, string>,
  connection: { localAddress?: string } = {},
): number {
  try {
    access.check(headers, connection);
    return 0;
  } catch (error) {
    return (error as RefusedError).status;
  }
}

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost', 'LOCALHOST', 'app.localhost'])(
    'is true for %s',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '128.0.0.1',
    '192.168.1.2',
    'localhost.example',
    'xlocalhost',
    '127.0.0.1.example',
  ])('is false for %s', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('Access on a loopback address', () => {
  const access = new Access({ host: '127.0.0.1' });

  it.each([
    ['a loopback name', { host: 'localhost:1234' }, 0],
    ['a name in capitals', { host: 'LocalHost:1234' }, 0],
    ['a loopback address', { host: '127.0.0.1' }, 0],
    ['the IPv6 loopback', { host: '[::1]:8765' }, 0],
    ['the authority of HTTP/2', { ':authority': 'localhost:4317' }, 0],
    ['a foreign authority', { ':authority': 'evil.example', host: 'localhost' }, 403],
    ['another name', { host: 'evil.example' }, 403],
    ['a name that begins like ours', { host: 'localhost.evil.example' }, 403],
    ['an address that means any', { host: '0.0.0.0:8765' }, 403],
    ['an IPv6 address without brackets', { host: '::1' }, 403],
    ['no proper host', { host: 'a b' }, 403],
    ['an empty host', { host: '' }, 403],
    ['no host', {}, 403],
    ['its own page', { host: 'localhost:5', origin: 'http://localhost:5' }, 0],
    ['its own page in capitals', { host: 'localhost:5', origin: 'http://LOCALHOST:5' }, 0],
    ['a page of another port', { host: 'localhost:5', origin: 'http://localhost:6' }, 403],
    ['a page without origin', { host: 'localhost:5', origin: 'null' }, 403],
    ['a page over TLS', { host: 'localhost:5', origin: 'https://localhost:5' }, 403],
  ])('answers %s accordingly', (_, headers: Record<string, string>, status) => {
    expect(statusOf(access, headers)).toBe(status);
  });
});

describe('Access elsewhere', () => {
  it('knows the name that it was given', () => {
    const access = new Access({ host: 'Build-Box' });
    expect(statusOf(access, { host: 'build-box:8765' })).toBe(0);
    expect(statusOf(access, { host: 'other-box:8765' })).toBe(403);
  });

  it.each([
    ['0.0.0.0', '192.168.1.5', '192.168.1.5:8765', 0],
    ['0.0.0.0', '192.168.1.5', '192.168.1.6:8765', 403],
    ['::', '::ffff:192.168.1.5', '192.168.1.5:8765', 0],
    ['::', '2001:db8::1', '[2001:db8::1]:8765', 0],
    ['::', '2001:db8::1', '[2001:db8::2]:8765', 403],
    ['192.168.1.5', '192.168.1.6', '192.168.1.6:8765', 403],
    ['0.0.0.0', undefined, '192.168.1.6:8765', 403],
  ])('listening on %s takes what came to %s as %s with %d', (host, localAddress, name, status) => {
    const connection = localAddress === undefined ? {} : { localAddress };
    expect(statusOf(new Access({ host }), { host: name }, connection)).toBe(status);
  });
});

describe('Access with a token', () => {
  const access = new Access({ host: '127.0.0.1', token: TOKEN });
  const cookie = access.cookieFor(TOKEN, {})!.split(';')[0]!;

  it.each([
    ['none', {}, 401],
    ['a bearer', { authorization: `Bearer ${TOKEN}` }, 0],
    ['a bearer in small letters', { authorization: `bearer ${TOKEN}` }, 0],
    ['another scheme', { authorization: `Basic ${TOKEN}` }, 401],
    ['another token', { authorization: 'Bearer correct-horse-batterx' }, 401],
    ['a part of it', { authorization: 'Bearer correct-horse' }, 401],
    ['the header', { 'x-tta-token': TOKEN }, 0],
    ['another token in the header', { 'x-tta-token': 'x' }, 401],
    ['the cookie', { cookie }, 0],
    ['the cookie among others', { cookie: `a=b; ${cookie}; c=d` }, 0],
    ['the token as a cookie', { cookie: `tta-token=${TOKEN}` }, 401],
    ['an empty cookie', { cookie: 'tta-token=' }, 401],
    ['a wrong bearer beside the cookie', { authorization: 'Bearer x', cookie }, 0],
  ])('answers %s accordingly', (_, headers: Record<string, string>, status) => {
    expect(statusOf(access, { host: '127.0.0.1', ...headers })).toBe(status);
  });

  it.each([
    ['a name of another machine', { host: 'host.docker.internal:9300' }],
    ['the authority of HTTP/2', { ':authority': 'vm.local:4317' }],
    ['its own page there', { host: 'vm', origin: 'http://vm' }],
    ['no host', {}],
  ])('takes %s from who shows the token, and from nobody else', (_, headers: Record<string, string>) => {
    for (const shown of [{ authorization: `Bearer ${TOKEN}` }, { 'x-tta-token': TOKEN }, { cookie }]) {
      expect(statusOf(access, { ...headers, ...shown })).toBe(0);
    }
    expect(statusOf(access, headers)).toBe(403);
    expect(statusOf(access, { ...headers, authorization: 'Bearer correct-horse-batterx' })).toBe(403);
    expect(statusOf(new Access({ host: '127.0.0.1' }), { ...headers, 'x-tta-token': TOKEN })).toBe(403);
  });

  it('refuses the page of another site that shows the token', () => {
    for (const origin of ['http://evil.example', 'null']) {
      expect(statusOf(access, { host: 'vm', origin, 'x-tta-token': TOKEN })).toBe(403);
      expect(() => access.cookieFor(TOKEN, { host: 'vm', origin })).toThrow(
        'is not the page of this service',
      );
      expect(access.cookieFor('another-token-of-ours', { host: 'vm', origin })).toBeNull();
    }
  });

  it('says what to do instead of using a foreign name', () => {
    const check = (asked: Access) => () => asked.check({ host: 'vm:9300' }, {});
    expect(check(access)).toThrow(
      'Host "vm:9300" is not a name of this machine: use http://127.0.0.1 or http://localhost, or show the token, with which any name is taken: as TTA_UI_TOKEN of @tta/obs and tta-obs, in the header x-tta-token, or in a browser with the address printed at the start.',
    );
    expect(check(new Access({ host: '127.0.0.1' }))).toThrow(
      'use http://127.0.0.1 or http://localhost, or start the service with a token (--token) and send that.',
    );
  });

  it('says what to set where the token is missing, without a form that a redactor takes for a secret', () => {
    const check = () => access.check({ host: '127.0.0.1' }, {});
    expect(check).toThrow('Programs with @tta/obs and tta-obs: set TTA_UI_TOKEN.');
    expect(check).not.toThrow(/authorization|bearer|token[=:]/i);
  });

  it('gives a cookie for the token alone, which does not tell it', () => {
    expect(access.cookieFor('another-token-of-ours', {})).toBeNull();
    expect(access.cookieFor('', {})).toBeNull();
    expect(access.cookieFor(TOKEN, {})).toMatch(/^tta-token=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(new Access({ host: '127.0.0.1' }).cookieFor(TOKEN, {})).toBeNull();
  });

  it('makes a cookie that holds over a restart', () => {
    expect(new AccessToken(TOKEN).cookieValue).toBe(new AccessToken(TOKEN).cookieValue);
    expect(new AccessToken(TOKEN).cookieValue).not.toBe(new AccessToken(`${TOKEN}!`).cookieValue);
  });

  it.each([
    '',
    'short',
    'fifteen-letters',
    'has a blank in it',
    'ends-with-newline\n',
    'ünïcödé-is-not-sent',
    'x'.repeat(257),
  ])('refuses %j as a token', (token) => {
    expect(() => new Access({ host: '127.0.0.1', token })).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_TOKEN' }),
    );
  });

  it('takes what it generates, which is never the same', () => {
    const token = generateToken();
    expect(new AccessToken(token).matches(token)).toBe(true);
    expect(generateToken()).not.toBe(token);
  });
});

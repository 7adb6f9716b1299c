import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { makeCertificates } from '../../test/certificates.ts';
import type { OtlpEndpoint } from './destination.ts';
import { readEndpoint } from './endpoint.ts';

const secret = 'tok-12345678';
const read = (options: Partial<OtlpEndpoint>) =>
  readEndpoint({ name: 'here', url: 'http://127.0.0.1:4318/v1/traces', ...options }, 'traces');

function messageOf(options: Partial<OtlpEndpoint>): string {
  try {
    read(options);
  } catch (error) {
    if (error instanceof InvalidOptionError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('readEndpoint', () => {
  it('gives headers lower-case names and names the sender', () => {
    const { headers } = read({ headers: { 'X-Key': 'k', 'x-ID': 'i' } });
    expect(headers).toEqual({ 'user-agent': 'tta-obs', 'x-key': 'k', 'x-id': 'i' });
  });

  it('makes basic authentication of the user name and password, and keeps neither in the address', () => {
    const { url, headers, secrets } = read({ url: `https://me:${secret}%40@here.test/` });
    expect(url.href).toBe('https://here.test/');
    expect(headers['authorization']).toBe(`Basic ${Buffer.from(`me:${secret}@`).toString('base64')}`);
    expect(secrets).toContain(`${secret}@`);
  });

  it('holds for secret what authorizes the sender, as it is sent and as it is meant', () => {
    const { secrets } = read({
      url: `https://me-too:${secret}%40@here.test/?key=q%2F${secret}&${secret}-bare&n=`,
      headers: { 'x-key': 'h-12345678' },
    });
    const basic = Buffer.from(`me-too:${secret}@`).toString('base64');
    const values = ['me-too', `${secret}%40`, `${secret}@`, basic, 'h-12345678'];
    const query = [`?key=q%2F${secret}&${secret}-bare&n=`, `q%2F${secret}`, `q/${secret}`, `${secret}-bare`];
    expect(secrets).toEqual(expect.arrayContaining([...values, ...query]));
    expect(secrets).not.toContain('key');
    expect(secrets).not.toContain('');
  });

  it('holds neither its own name nor that of the host for secret', () => {
    expect(read({}).secrets).toEqual([]);
  });

  it('prefers the authorization of the headers', () => {
    const options = { url: 'http://me:pass@here.test/', headers: { Authorization: 'Bearer b' } };
    expect(read(options).headers['authorization']).toBe('Bearer b');
  });

  it.each([
    ['no address', 'localhost:4318'],
    ['nothing', ''],
    ['another scheme', `ftp://me:${secret}@here.test/`],
    ['a port out of range', `http://me:${secret}@here.test:99999/`],
  ])('rejects %s as address without showing it', (_name, url) => {
    expect(messageOf({ url })).toBe(
      'the address for traces of the destination "here" is none; give one like http://127.0.0.1:4318/v1/traces',
    );
  });

  it('rejects a password that is not percent-encoded without showing it', () => {
    const message = messageOf({ url: `http://me:${secret}%zz@here.test/` });
    expect(message).toMatch(
      /^the user name or password in the address for traces of the destination "here" .*%25$/,
    );
    expect(message).not.toContain(secret);
  });

  it.each([
    ['a line break in a value', { 'x-key': `${secret}\r\nx-other: 1` }, '"x-key"'],
    ['a value beyond Latin-1', { 'x-key': `${secret}日` }, '"x-key"'],
    ['a name of two words', { 'x key': secret }, '"x key"'],
    ['an empty name', { '': secret }, '""'],
  ])('rejects %s without showing the value', (_name, headers, shown) => {
    const message = messageOf({ headers });
    expect(message).toMatch(new RegExp(`^the header ${shown} of the destination "here" cannot be sent; `));
    expect(message).not.toContain(secret);
  });

  it('rejects certificates that are none, and a key that is not the certificate’s', () => {
    const { ca, client, server } = makeCertificates();
    expect(messageOf({ tls: { ca: 'none' } })).toMatch(
      /^tls of the destination "here" cannot be used \(.+\)/,
    );
    expect(messageOf({ tls: { cert: client.cert, key: server.key } })).toMatch(/^tls of the destination/);
    expect(messageOf({ tls: { ca: `# Issuer: spec\n${ca}${ca}`, ...client } })).toBe('no error');
  });
});

import { describe, expect, it } from '@jest/globals';
import { signalUrl } from './destination.ts';

describe('signalUrl', () => {
  it.each([
    ['http://127.0.0.1:8765', 'http://127.0.0.1:8765/v1/traces'],
    ['http://127.0.0.1:8765/', 'http://127.0.0.1:8765/v1/traces'],
    ['https://example.test/otlp', 'https://example.test/otlp/v1/traces'],
    ['https://example.test/otlp//', 'https://example.test/otlp/v1/traces'],
    ['https://example.test/otlp?tenant=a', 'https://example.test/otlp/v1/traces?tenant=a'],
    ['http://[::1]:4318', 'http://[::1]:4318/v1/traces'],
  ])('puts the traces of %s at %s', (endpoint, url) => {
    expect(signalUrl(endpoint, 'traces')).toBe(url);
  });

  it('names each signal', () => {
    expect(signalUrl('http://a.test', 'metrics')).toBe('http://a.test/v1/metrics');
    expect(signalUrl('http://a.test', 'logs')).toBe('http://a.test/v1/logs');
  });

  it('rejects what is no address', () => {
    expect(() => signalUrl('localhost', 'traces')).toThrow('Invalid URL');
  });
});

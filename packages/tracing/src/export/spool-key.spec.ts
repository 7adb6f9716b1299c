import { describe, expect, it } from '@jest/globals';
import { spoolKey } from './spool-key.ts';

const protocol = 'http/protobuf';
const signal = 'traces';

describe('spoolKey', () => {
  it('begins with the host for people to read, and is a plain file name', () => {
    expect(spoolKey({ url: 'http://127.0.0.1:8765/v1/traces', protocol, signal })).toMatch(
      /^127\.0\.0\.1-[0-9a-f]{16}$/,
    );
    expect(spoolKey({ url: 'https://Otlp.Example.com/x', protocol, signal })).toMatch(
      /^otlp\.example\.com-[0-9a-f]{16}$/,
    );
    expect(spoolKey({ url: 'http://[::1]:4318/v1/traces', protocol, signal })).toMatch(/^1-[0-9a-f]{16}$/);
    expect(spoolKey({ url: 'unix:/run/collector', protocol, signal })).toMatch(/^destination-[0-9a-f]{16}$/);
    expect(spoolKey({ url: `http://${'a'.repeat(60)}.org/`, protocol, signal })).toMatch(
      /^a{40}-[0-9a-f]{16}$/,
    );
  });

  it('is the same whatever the credentials in the address are', () => {
    const keys = ['https://h.org/v1', 'https://user:pass@h.org/v1', 'https://h.org/v1?token=abc#secret'];
    expect(new Set(keys.map((url) => spoolKey({ url, protocol, signal }))).size).toBe(1);
  });

  it('differs by scheme, port, path, protocol, signal and scope', () => {
    const keys = [
      spoolKey({ url: 'https://h.org/v1', protocol, signal }),
      spoolKey({ url: 'http://h.org/v1', protocol, signal }),
      spoolKey({ url: 'https://h.org:4318/v1', protocol, signal }),
      spoolKey({ url: 'https://h.org/v2', protocol, signal }),
      spoolKey({ url: 'https://h.org/v1', protocol: 'http/json', signal }),
      spoolKey({ url: 'https://h.org/v1', protocol, signal, scope: 'shop' }),
      spoolKey({ url: 'https://h.org/v1', protocol, signal: 'logs' }),
      spoolKey({ url: 'https://h.org/v1', protocol, signal: 'metrics' }),
    ];
    expect(new Set(keys).size).toBe(8);
  });

  it('refuses what is no address', () => {
    expect(() => spoolKey({ url: 'nowhere', protocol, signal })).toThrow('Invalid URL');
  });
});

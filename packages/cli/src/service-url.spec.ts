import { describe, expect, it } from '@jest/globals';
import { serviceUrl } from './service-url.ts';

describe('serviceUrl', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:1'],
    ['localhost', 'http://localhost:1'],
    ['::1', 'http://[::1]:1'],
    ['0.0.0.0', 'http://127.0.0.1:1'],
    ['::', 'http://[::1]:1'],
  ])('reaches a service that listens on %s at %s', (host, url) => {
    expect(serviceUrl(host, 1)).toBe(url);
  });
});

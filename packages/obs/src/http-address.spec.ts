import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { httpAddress, shownAddress } from './http-address.ts';

describe('httpAddress', () => {
  it.each([
    ['http://a.test', 'http://a.test/'],
    ['HTTPS://A.test/x?y', 'https://a.test/x?y'],
    ['http://me:p%25@a.test', 'http://me:p%25@a.test/'],
    ['http://me:%zz@a.test', undefined],
    ['http://%zz@a.test', undefined],
    ['ftp://a.test', undefined],
    ['a.test:4318', undefined],
    ['', undefined],
  ])('of %j is %j', (text, address) => {
    expect(httpAddress(text)).toBe(address);
  });
});

describe('shownAddress', () => {
  it.each([
    ['http://127.0.0.1:8765', 'http://127.0.0.1:8765'],
    ['http://a.test:4318/base/', 'http://a.test:4318/base/'],
    ['https://me:S3CRET@a.test/v1/traces?key=S3CRET#S3CRET', 'https://a.test/v1/traces'],
    ['http://me:S3CRET%zz@a.test', 'http://a.test'],
    ['http:me:S3CRET@a.test:1', 'http://a.test:1'],
    ['http:/\\me:S3CRET@a.test', 'http://a.test'],
    ['http://me:S3CRET#x@a.test:4318', 'http://a.test:4318'],
    ['http://me:S3CR/ET@a.test:4318', 'http://a.test:4318'],
    ['http://me:80/S3CRET@a.test', 'http://a.test'],
    ['http://me:80#S3CRET@a.test', 'http://a.test'],
    ['http://S3CRET/@\\..', 'http://\\..'],
    ['http://me@S3CRET/@a.test/..', 'http://a.test/..'],
    ['http://@a.test/x', 'http://a.test/x'],
    ['S3CRET://@a.test', 'a.test'],
    ['http://me:80?S3CRET@a.test', '…'],
    ['https://a.test/x?key=S3CRET@S3CRET', '…'],
    ['me:S3CRET@a.test:4318', 'a.test:4318'],
    ['me:S3@CR\nET@a.test:4318', 'a.test:4318'],
    ['ftp://me:S3CRET@a.test', 'ftp://a.test'],
    ['a.test:4318?key=S3CRET', 'a.test:4318'],
    ['unix:///run/otel', 'unix:///run/otel'],
    ['nowhere', 'nowhere'],
    ['', ''],
  ])('of %j is %j', (address, shown) => {
    expect(shownAddress(address)).toBe(shown);
  });

  it('holds no password and no query, whatever stands around them', () => {
    const text = fc.stringMatching(/^[a-z0-9:/?#@\\. \n-]{0,8}$/);
    const before = fc.constantFrom('http://', 'https:', 'http:/', 'ftp://', 'unix:', '');
    const separator = fc.constantFrom(':', '?', '#', '/', '');
    fc.assert(
      fc.property(before, text, separator, text, text, (scheme, user, mark, more, host) => {
        expect(shownAddress(`${scheme}${user}${mark}S3CRET${more}@${host}`)).not.toMatch(/s3cret/i);
        expect(shownAddress(`${scheme}${host}?${user}S3CRET${more}`)).not.toMatch(/s3cret/i);
      }),
      { numRuns: 5_000 },
    );
  });
});

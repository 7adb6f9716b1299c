import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { browserUrl } from './browser-url.ts';

describe('browserUrl', () => {
  it.each([
    ['https://github.com/acme/shop.git', 'https://github.com/acme/shop'],
    ['https://github.com/acme/shop/', 'https://github.com/acme/shop'],
    ['https://me:ghp_secret@git.acme.test:8443/shop.git?token=secret#x', 'https://git.acme.test:8443/shop'],
    ['http://git.acme.test/shop', 'http://git.acme.test/shop'],
    ['git@github.com:acme/shop.git', 'https://github.com/acme/shop'],
    ['git.acme.test:/srv/shop', 'https://git.acme.test/srv/shop'],
    ['ssh://git:secret@git.acme.test:2222/acme/shop.git', 'https://git.acme.test/acme/shop'],
    ['git://git.acme.test/shop.git', 'https://git.acme.test/shop'],
    ['git+ssh://git@git.acme.test/shop.git', 'https://git.acme.test/shop'],
    ['/srv/git/shop.git', undefined],
    ['../shop', undefined],
    ['C:\\work\\shop', undefined],
    ['C:/shop', undefined],
    ['file:///srv/shop', undefined],
    ['ext::sh -c whoami', undefined],
    ['javascript:alert(1)//x', 'https://javascript/alert(1)//x'],
    ['oauth2:TOKEN@gitlab.test/acme/shop.git', undefined],
    ['me:secret@git.acme.test:shop.git', undefined],
    ['https://me:80/secret@git.acme.test/shop.git', undefined],
    ['https:/me:secret@git.acme.test/shop', undefined],
    ['https:/git.acme.test/shop', undefined],
    ['http:/git.acme.test/shop', undefined],
    ['https://github.com', undefined],
    ['https://', undefined],
    ['', undefined],
    [`https://a.test/${'x'.repeat(3_000)}`, undefined],
  ])('of %j is %j', (remote, url) => {
    expect(browserUrl(remote)).toBe(url);
  });

  it('never holds what stands before an @ in the authority, nor a query', () => {
    const word = fc.stringMatching(/^[a-z0-9]{8,20}$/);
    fc.assert(
      fc.property(word, word, fc.constantFrom('https', 'http', 'ssh', 'git'), (user, secret, scheme) => {
        const url = browserUrl(`${scheme}://${user}:${secret}@host.test/a/b.git?${secret}#${secret}`);
        expect(url).toMatch(/^https?:\/\/host\.test\/a\/b$/);
      }),
    );
  });

  it('never holds a password of a remote that is mistyped', () => {
    const parts = fc.constantFrom('user', ':', '/', '//', 'https:', 'git@', 'h.test', '#', '?', '.git', 'x');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 5 }), fc.array(parts, { maxLength: 5 }), (before, after) => {
        const url = browserUrl(`${before.join('')}:S3CRET@${after.join('')}`);
        expect(url ?? '').not.toMatch(/S3CRET/i);
      }),
      { numRuns: 2_000 },
    );
  });

  it('throws for no text', () => {
    fc.assert(fc.property(fc.string(), (text) => void browserUrl(text)));
  });
});

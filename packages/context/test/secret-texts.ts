import fc from 'fast-check';
import { bareForms } from '../src/secrets/token-formats.ts';

const matching = (source: string): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^(?:${source})$`));

/** Secrets of every format that has a sign of its own. A condition that only looks ahead is met by most of them. */
export const tokens: readonly (readonly [sign: string, token: fc.Arbitrary<string>])[] = bareForms().map(
  ({ sign, pattern }) => [
    sign,
    matching(pattern.source.replace(/\(\?=.*\)(?=\[)/, '').replaceAll(',8192}', ',60}')).filter((text) => {
      pattern.lastIndex = 0;
      return pattern.test(text);
    }),
  ],
);

const base64 = matching('[A-Za-z0-9+/]{40}');

/** Secrets that are told by their whole form. */
export const shapes: readonly (readonly [name: string, text: fc.Arbitrary<string>])[] = [
  ['web token', matching('eyJ[\\w-]{6,60}\\.[\\w-]{20,40}\\.[\\w-]{0,40}')],
  ['web token in an address', matching('eyJ[\\w-]{6,60}%2E[\\w-]{20,40}')],
  ['secret key of AWS', base64],
  ['secret key of AWS in a line', base64.map((key) => `\n${key}\n`)],
  ['bearer', matching('[Bb]earer(?: |\\t|%20){1,3}[\\w+/.~=-]{20,60}')],
  ['token', matching('TOKEN [a-z]{8}[0-9][\\w+/.~=-]{1,60}')],
  [
    'basic',
    fc
      .tuple(fc.constantFrom('Basic ', 'basic\t', 'BASIC%20'), fc.string({ unit: 'grapheme-ascii' }))
      .map(([scheme, user]) => `${scheme}${Buffer.from(`a:${user}`).toString('base64')}`),
  ],
  ['private key', matching('-----BEGIN (?:[A-Z]{2,4} ){0,2}PRIVATE KEY-----[A-Za-z0-9+/]{20,60}')],
  ['private key of PuTTY', fc.constant('x: y\nPrivate-Lines: 1\nAAAA')],
  ['JSON web key', matching('\\{"kty":"RSA","[dpq]":"[\\w-]{16,60}"\\}')],
  ['password in an address', matching('[a-z]{2,6}://[a-z]{1,8}:[\\w!:;]{1,20}@[a-z]{2,8}\\.example')],
  ['password behind escaped slashes', matching('[a-z]{2,6}:\\\\/\\\\/[a-z]{1,8}:\\w{1,20}@[a-z]{2,8}')],
  ['token in the place of a user', matching('https://[a-z]{8}[0-9][\\w~.-]{8,20}@git\\.example')],
];

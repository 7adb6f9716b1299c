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

const names = fc.constantFrom(
  'password',
  'dbPassword',
  'API_KEY',
  'access_token',
  'client-secret',
  'sig',
  'X-Amz-Signature',
  'pw',
  'DB_PW2',
  'otp',
  'auth',
  'Cookie',
  'connect.sid',
  'PHPSESSID',
  'sid',
  'mnemonic',
  'app_key',
  'jwt',
  'cvv',
  'ssn',
  'credentials',
  'sslKey',
  'connectionString',
  'one_time_code',
  'seed_phrase',
  'samlResponse',
  'card_number',
  'tokenValue',
  'ASP.NET_SessionId',
  'code_verifier',
  'client_assertion',
  'kennwort',
  'pswd',
  'xsrf',
  'CVC2',
  'social_security_no',
);
const marks = matching('[ \\t"\'*`\\]\\\\]{0,6}');
const value = matching('[A-Z][a-z]{2}[0-9]{3}[\\w!#+/]{2,12}');
const blanks = matching('[ \\t]{0,3}');
const quotes = fc.constantFrom('"', "'", '\\"', '\\\\\\"', '`');

/** Secrets that a name in front of them gives away. */
export const named: readonly fc.Arbitrary<string>[] = [
  fc
    .tuple(names, marks, fc.constantFrom('=', ':', '=>', '%5D='), blanks, value)
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('?', '&', '&amp;', '?a=1&', '%20', '\\n', ';'), names, value)
    .map(([before, name, text]) => `${before}${name}=${text}&q=1`),
  fc
    .tuple(quotes, names, blanks, value)
    .map(([quote, name, gap, text]) => `{${quote}${name}${quote}:${gap}${quote}${text}${quote}}`),
  fc.tuple(names, value).map(([name, text]) => `x --${name} ${text}`),
  fc
    .tuple(names, fc.constantFrom('', ' a="b"', '\n b="c"'), fc.constantFrom('', 'x:'), value)
    .map(([name, attributes, prefix, text]) => `<${prefix}${name}${attributes}>${text}</a>`),
  fc
    .tuple(quotes, names, blanks, value)
    .map(([quote, name, gap, text]) => `[${quote}${name}${quote}${gap},${gap}${quote}${text}${quote}]`),
  fc
    .tuple(
      quotes,
      fc.constantFrom('name', 'key', 'Header', 'field'),
      names,
      fc.constantFrom(',', ', ', ',\n', '\n  ', '; ', ' ', '\u00a0'),
      value,
    )
    .map(
      ([quote, field, name, between, text]) =>
        `{${quote}${field}${quote}: ${quote}${name}${quote}${between}${quote}value${quote}: ${quote}${text}${quote}}`,
    ),
  fc.tuple(names, value).map(([name, text]) => `- name: ${name}\n  value: ${text}`),
  fc
    .tuple(names, fc.constantFrom('\r\n\r\n', '\n\n'), value)
    .map(([name, end, text]) => `form-data; name="${name}"${end}${text}`),
  fc
    .tuple(fc.constantFrom('-u', '--user', '--proxy-user', '-u\t', '--user='), quotes, value)
    .map(([flag, quote, text]) => `curl ${flag} ${quote}ann:${text}${quote} https://h.example`),
  fc
    .tuple(
      fc.constantFrom('PASSWORD', 'IDENTIFIED BY', 'pw', 'identified by'),
      fc.constantFrom('"', "'"),
      value,
    )
    .map(([name, quote, text]) => `SET ${name} ${quote}${text}${quote}`),
  fc
    .tuple(fc.constantFrom('API key', 'auth token', 'one-time code', 'seed phrase', 'Access key'), value)
    .map(([name, text]) => `${name}: ${text}`),
  matching('[?&](?:key|Signature|code)=[a-z]{4}[0-9]{4}[\\w%+/=.~-]{16,40}'),
  fc.tuple(fc.constantFrom('--pass', '-pass', '-password'), value).map((parts) => parts.join(' ')),
];

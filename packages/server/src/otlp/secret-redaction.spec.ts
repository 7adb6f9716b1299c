import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSecretKey, mayHoldSecret, REDACTED_VALUE, redactSecrets } from './secret-redaction.ts';

/** Secrets are made here and nowhere written down, so that no search of this repository finds them. */
const characters = (length: number): string => 'a9Zq7K'.repeat(length).slice(0, length);
const secrets: readonly (readonly [text: string, clean: string])[] = [
  [['gh', 'p_', characters(36)].join(''), '[redacted:github-token]'],
  [['sk-', 'ant-', characters(40)].join(''), '[redacted:anthropic-key]'],
  [['AK', 'IA', 'ABCDEFGH01234567'].join(''), '[redacted:aws-access-key]'],
  [['eyJ', characters(20), '.eyJ', characters(30), '.', characters(43)].join(''), '[redacted:jwt]'],
  [`Bearer ${characters(32)}`, 'Bearer [redacted:bearer-credentials]'],
  [`Basic ${Buffer.from('ann:word').toString('base64')}`, 'Basic [redacted:basic-credentials]'],
  ['postgres://app:word@db.example/x', 'postgres://app:[redacted:password]@db.example/x'],
  [`-----BEGIN PRIVATE KEY-----\n${characters(64)}\n-----END PRIVATE KEY-----`, '[redacted:private-key]'],
];
const named: typeof secrets = [
  ['https://h.example/x?api_key=8f14e45fceea167a&q=1', 'https://h.example/x?api_key=[redacted:api-key]&q=1'],
  ['/x?access_token=ab12&token=cd34', '/x?access_token=[redacted:token]&token=[redacted:token]'],
  ['?sig=ab12%3D&client_secret=cd34', '?sig=[redacted:signature]&client_secret=[redacted:secret]'],
  [
    '?X-Amz-Signature=ab12&X-Goog-Signature=cd34',
    '?X-Amz-Signature=[redacted:signature]&X-Goog-Signature=[redacted:signature]',
  ],
  [
    'Server=db;User Id=sa;Password=s3cr3tpw;Encrypt=true',
    'Server=db;User Id=sa;Password=[redacted:password];Encrypt=true',
  ],
  ['{"password":"hunter2","user":"ann"}', '{"password":"[redacted:password]","user":"ann"}'],
  [
    String.raw`{"body":"{\"api_key\":\"8f14\"}"}`,
    String.raw`{"body":"{\"api_key\":\"[redacted:api-key]\"}"}`,
  ],
  [
    'GET / HTTP/1.1\r\nX-Api-Key: ab12\r\nHost: x',
    'GET / HTTP/1.1\r\nX-Api-Key: [redacted:api-key]\r\nHost: x',
  ],
  ['psql --password hunter2 -h db', 'psql --password [redacted:password] -h db'],
];
/** Behind names of secrets too. */
const harmless = [
  'password: required, token: string, api_key=${API_KEY}, secret=***, token=<your token>, password=xxxx',
  'apiKey=undefined, "token": null, "password": true, auth: false, token: 512',
  'Token: this is a piece of a word. Password: at least 8 characters.',
];
const plain = [
  'mail ann@mail.example or pay with 4111 1111 1111 1111',
  'input_tokens=12, max_tokens: 100, the token is expired, sort_key=name, /?key=value&page=2',
  'the task-list of 550e8400-e29b-41d4-a716-446655440000',
  '',
];

describe('redactSecrets', () => {
  it.each([...secrets, ...named])('of %j leaves %j', (text, clean) => {
    expect(redactSecrets(text)).toBe(clean);
  });

  it.each([...plain, ...harmless])('leaves %j as it is', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  it('takes all secrets out of a long text, and nothing else', () => {
    const words = 'words of a reply. '.repeat(100);
    const text = [...secrets, ...named].map(([secret]) => `${words}${secret} \n`).join('');
    expect(redactSecrets(text)).toBe(
      [...secrets, ...named].map(([, clean]) => `${words}${clean} \n`).join(''),
    );
    expect(redactSecrets(words)).toBe(words);
  });

  it('leaves what it has redacted', () => {
    const once = redactSecrets(secrets.map(([secret]) => secret).join(' '));
    expect(redactSecrets(once)).toBe(once);
    expect(redactSecrets(REDACTED_VALUE)).toBe(REDACTED_VALUE);
  });

  it.each([
    ...secrets.map(([secret]) => secret),
    'sk-',
    'eyJ',
    'eyJa.',
    'a://b:',
    'a://b:c@',
    'Bearer ',
    'basic a',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN A ',
    '{"kty":"d":"',
    ':\\\\//',
    '[redacted:jwt]',
    'aB3',
    'password=',
    '"token":"',
    'cookie: ',
    '--password ',
    'auth:{',
    '-',
    '@',
  ])('comes to an end where %j fills a megabyte', (part) => {
    const text = part.repeat(Math.ceil(1_000_000 / part.length));
    expect(redactSecrets(text).length).toBeLessThanOrEqual(text.length * 4);
  });
});

describe('mayHoldSecret', () => {
  it('admits every text that is redacted, whatever stands around it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.constantFrom(...secrets, ...named),
        fc.string({ unit: 'binary' }),
        (before, [secret], after) => {
          const text = ` ${secret} ${after}`;
          fc.pre(redactSecrets(text) !== text);
          expect(mayHoldSecret(Buffer.concat([before, Buffer.from(text)]))).toBe(true);
          expect(mayHoldSecret(Buffer.from(JSON.stringify({ a: text })))).toBe(true);
        },
      ),
    );
  });

  it.each(plain)('denies it of %j', (text) => {
    expect(mayHoldSecret(Buffer.from(text))).toBe(false);
  });
});

describe('isSecretKey', () => {
  it.each(['http.request.header.authorization', 'password', 'api_key', 'db.password', 'X-Api-Key'])(
    'is true of %j',
    (key) => {
      expect(isSecretKey(key)).toBe(true);
    },
  );

  it.each([
    'llm.tokens.total',
    'llm.token_type',
    'gen_ai.usage.input_tokens',
    'gen_ai.token.type',
    'session.id',
    'cache.key',
  ])('is false of %j', (key) => {
    expect(isSecretKey(key)).toBe(false);
  });
});

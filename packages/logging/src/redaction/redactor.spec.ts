import { InvalidOptionError } from '@tta/obs-context';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formedSecrets, lookalikes, namedSecrets, type PlantedSecret } from '../../test/planted-secrets.ts';
import { createRedactor } from './redactor.ts';

const redactor = createRedactor();
const secrets = [...formedSecrets, ...namedSecrets];

/** Pieces of a secret that would help a reader; lines of a key stand alone. */
function pieces({ secret }: PlantedSecret): readonly string[] {
  return secret.split('\n').filter((line) => line.length > 3 && !line.startsWith('-----'));
}

function expectHidden(shown: string, planted: PlantedSecret): void {
  for (const piece of pieces(planted)) expect(shown).not.toContain(piece);
}

describe('the text of a redactor', () => {
  it.each(secrets)('has no $name', (planted) => {
    const shown = redactor.text(planted.text);
    expectHidden(shown, planted);
    expect(shown).toMatch(/\[redacted:[a-z\d-]+\]/);
  });

  it.each(lookalikes)('has %j as it is', (text) => {
    expect(redactor.text(text)).toBe(text);
  });

  it('has no secret in random surroundings', () => {
    const mark = fc.constantFrom(
      ' ',
      '\n',
      '\t',
      ', ',
      ';',
      '"',
      "'",
      '(',
      '=',
      ': ',
      '\\n',
      '%20',
      '<',
      '|',
    );
    fc.assert(
      fc.property(
        fc.string(),
        mark,
        fc.constantFrom(...secrets),
        mark,
        fc.string(),
        (before, one, planted, two, after) => {
          expectHidden(redactor.text(`${before}${one}${planted.text}${two}${after}`), planted);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('has no secret behind and before the beginnings of others', () => {
    const beginnings = [
      'password=',
      'token: "',
      "secret='",
      '{',
      '"',
      "'",
      '\\"',
      'eyJ',
      'AKIA',
      'sk-',
      'Bearer ',
      'a://b:',
      '@',
      '-----BEGIN ',
      '--password ',
      '<token>',
      '$',
      '${A}',
      '[',
      'null',
      '4111 ',
      'x.',
      '[redacted:email]',
      'first ',
      'auth:[',
      '=',
      'token: |\n',
      'cookie: ',
      '\u001b[1m',
      '&',
      '```',
    ];
    const noise = fc
      .array(fc.constantFrom(...beginnings, ' ', '\n', 'x'), { maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(noise, fc.constantFrom(...secrets), noise, (before, planted, after) => {
        expectHidden(redactor.text(`${before} ${planted.text} ${after}`), planted);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, (value: string) => string]>([
    ['cookies', (value) => `curl -H "Cookie: id=${value}"`],
    ['authorizations', (value) => `curl -H "Authorization: ApiKey ${value}" https://a.test`],
    ['passphrases', (value) => `"passphrase: ${value} and more"`],
    ['lists', (value) => `credentials: ["${value}"]`],
  ])('has none of many %s in one line', (_what, make) => {
    const text = Array.from({ length: 60 }, (_, index) => make(`S3cret${index}x`)).join(' ');
    expect(redactor.text(text)).not.toMatch(/S3cret\d+x/);
  });

  it.each([
    ['Server=db;Uid=sa;Pwd=/x9K2vQz81abc;', '/x9K2vQz81abc'],
    ['PWD=/x9K2vQz81/abc;UID=sa', '/x9K2vQz81/abc'],
    ['{"pwd":"/x9K2vQz81"}', '/x9K2vQz81'],
    ['curl -u admin:12345678 https://x.test', '12345678'],
    ['wget --user ann:S3cretx', 'S3cretx'],
  ])('of %j does not have %j', (text, secret) => {
    expect(redactor.text(text)).not.toContain(secret);
  });

  it.each([
    'docker run -u root:root app',
    'docker run --user node:node app',
    'rsync -u src:dst /x',
    'PWD=/srv/app',
  ])('has %j as it is, which is no password', (text) => {
    expect(redactor.text(text)).toBe(text);
  });

  it.each(['Invalid token: [ at 3:14', 'Unknown token: { in template', "Unexpected token: 'abc"])(
    'leaves the stack below the message %j',
    (message) => {
      const stack = `SyntaxError: ${message}\n    at parse (file.js:3:14)\n    at main (it's.js:1:1)`;
      expect(redactor.text(stack)).toContain('\n    at parse (file.js:3:14)\n');
    },
  );

  it('is the same when it is redacted again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom(...secrets.map(({ text }) => text)))),
        (parts) => {
          const once = redactor.text(parts.join(' '));
          expect(redactor.text(once)).toBe(once);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['mail jane@example.com now', 'mail [redacted:email] now'],
    ['postgres://app:s3cretword@db.internal/app', 'postgres://app:[redacted:password]@db.internal/app'],
    ['password=hunter2, user=x', 'password=[redacted:password], user=x'],
    ['{"dbPassword":"hun\\"ter2","port":1}', '{"dbPassword":"[redacted:password]","port":1}'],
    ['Authorization: Bearer abc, def\nHost: x', 'Authorization: [redacted:authorization]\nHost: x'],
    ["curl -H 'Cookie: a=b' https://x", "curl -H 'Cookie: [redacted:cookie]' https://x"],
    ['["Cookie: a=b","c"]', '["Cookie: [redacted:cookie]","c"]'],
    ['password=a&b&page=2', 'password=[redacted:password]&page=2'],
    ['Password=a;b;Encrypt=true', 'Password=[redacted:password];Encrypt=true'],
    ['{"m":"password=hunter2","user":"x"}', '{"m":"password=[redacted:password]","user":"x"}'],
    ['<p>password=a<b</p>', '<p>password=[redacted:password]</p>'],
    ['a:\n  token: |\n    x1\n\n    y2\n  b: 1', 'a:\n  token: |\n    [redacted:token]\n  b: 1'],
    ['token: |\n', 'token: |\n'],
    ['api_keys:\n- x1\n- y2\nb: 1', 'api_keys:\n[redacted:api-key]\nb: 1'],
    ['a:\n  auth:\n    user: x\n    key: y\n  b: 1', 'a:\n  auth:\n    [redacted:credentials]\n  b: 1'],
    ['password: &x1', 'password: [redacted:password]'],
    ['password: ;x1', 'password: [redacted:password]'],
    ['password: a&b;c', 'password: [redacted:password]'],
    ['password:\nuser: x', 'password:\nuser: x'],
    ['a password: \u001b[32mx1\u001b[39m b', 'a password: \u001b[32m[redacted:password]\u001b[39m b'],
    ['pa\u00adssword: x\u200b1 b', 'pa\u00adssword: [redacted:password] b'],
    ['<password>x', '<password>[redacted:password]'],
    ['<password><![CDATA[x', '<password><![CDATA[[redacted:password]'],
    ['token="""x', 'token="""[redacted:token]'],
    ['auth: {"x":"', 'auth: [redacted:credentials]'],
    ['form; name="password"\r\n\r\nx', 'form; name="password"\r\n\r\n[redacted:password]'],
    ['Private-Lines: 1\nx', '[redacted:private-key]'],
    ['Cookie: a=b; c=d\r\nHost: x', 'Cookie: [redacted:cookie]\r\nHost: x'],
    ['(token: a1b2c3).', '(token: [redacted:token]).'],
    ['<apiKey>a1b2c3</apiKey>', '<apiKey>[redacted:api-key]</apiKey>'],
    ['<apiKey>a1b2c3', '<apiKey>[redacted:api-key]'],
    ['credentials: {"a": [1]} done', 'credentials: [redacted:credentials] done'],
    ['credentials: {"a": [1', 'credentials: [redacted:credentials]'],
    ["password: 'open\nHost: x", "password: '[redacted:password]\nHost: x"],
    ["password: 'open", "password: '[redacted:password]"],
    ['password:', 'password:'],
    ['Bearer token a1b2c3d4e5', 'Bearer token [redacted:token-credentials]'],
    ['Basic x', 'Basic x'],
    ['Basic ####', 'Basic ####'],
    [`https://AWS:${'a1B2'.repeat(600)}@host/x`, 'https://AWS:[redacted:password]@host/x'],
    ['a://u:p1@h b://h:1/x c://u:p2@h', 'a://u:[redacted:password]@h b://h:1/x c://u:[redacted:password]@h'],
    ['https://user@host/', 'https://user@host/'],
    ['mail bob@3x.example', 'mail [redacted:email]'],
    ['card 4111111111111111 and 4111 1111 1111 1112', 'card [redacted:payment-card] and 4111 1111 1111 1112'],
    ['0000000000000000', '0000000000000000'],
  ])('of %j is %j', (text, shown) => {
    expect(redactor.text(text)).toBe(shown);
  });

  it('is cut where it is too long, and says by how much', () => {
    const short = createRedactor({ maxLength: 10 });
    expect(short.text('0123456789')).toBe('0123456789');
    expect(short.text('0123456789abc')).toBe('0123456789… (3 more characters)');
  });

  it('has no half of a secret where it is cut', () => {
    const short = createRedactor({ maxLength: 100 });
    const halves = formedSecrets.flatMap(({ secret }) =>
      Array.from({ length: Math.min(secret.length, 99) - 12 }, (_, more) => secret.slice(0, 12 + more)).map(
        (half) => ({
          half,
          shown: short.text(`${'-'.repeat(99 - half.length)} ${secret} ${'-'.repeat(200)}`),
        }),
      ),
    );
    expect(halves.length).toBeGreaterThan(1_000);
    expect(halves.filter(({ half, shown }) => shown.includes(half))).toEqual([]);
  });

  it.each([
    ['one letter', 'a'],
    ['at signs', 'a@'],
    ['domains', '@a.'],
    ['separators', 'a='],
    ['secret names', 'password='],
    ['open quotes', 'password="'],
    ['whole lines', 'cookie: '],
    ['names in lines in brackets', 'auth:{cookie:pwd='],
    ['escaped quotes', 'password=\\"'],
    ['open brackets', 'auth:{'],
    ['elements', '<password>'],
    ['flags', '--password '],
    ['key beginnings', '-----BEGIN RSA PRIVATE KEY-----'],
    ['words before key beginnings', '-----BEGIN AAAAAAAAAAAAA '],
    ['web token beginnings', 'eyJ'],
    ['web token parts', 'eyJ.'],
    ['token prefixes', 'ghp_'],
    ['service prefixes', 'AKIASK-sk-SG.a'],
    ['schemes', 'Bearer '],
    ['encoded schemes', 'token%20'],
    ['URLs', 'a://b:c'],
    ['users', '://a:b@'],
    ['digits', '4'],
    ['groups of digits', '4111 '],
    ['backslashes', '\\'],
    ['blanks', ' '],
    ['dashes', '-'],
    ['lines', 'token:\n '],
    ['blocks', 'token: |\n '],
    ['strings in brackets', 'auth:{"\\"'],
    ['apostrophes in brackets', "auth:{ '"],
    ['triple quotes', 'token="""'],
    ['empty quotes', "token=''x"],
    ['tags', 'token: !a '],
    ['calls', "token=a('"],
    ['fields', '&token=x&'],
    ['quotes in headers', 'cookie: a="'],
    ['attributes', '<token a'],
    ['data', '<token><![CDATA['],
    ['names of values', 'name=token value='],
    ['form fields', '; name="token"\n\n'],
    ['pairs', "['token','"],
    ['users of commands', ' -u a:'],
    ['keys of PuTTY', 'Private-Lines:'],
    ['URL separators', '://x:'],
    ['users with digits', '://a:1/'],
    ['escaped URLs', ':\\/\\/a:'],
    ['session tokens', 'IQoJb3JpZ2lu'],
    ['web keys', 'kty d:"'],
    ['colours', '\u001b[1m'],
    ['beginnings of colours', '\u001b['],
    ['hidden characters', '\u200b'],
    ['full-width letters', 'ａ：'],
  ])('takes no more than its length in steps: %s', (_what, unit) => {
    const whole = createRedactor({ maxLength: Infinity });
    const millisecondsFor = (characters: number): number => {
      const text = unit.repeat(Math.ceil(characters / unit.length));
      const start = performance.now();
      whole.text(text);
      return performance.now() - start;
    };
    millisecondsFor(10_000);
    const small = Math.max(2, ...Array.from({ length: 3 }, () => millisecondsFor(125_000)));
    // Eight times the text takes eight times the time, or sixty-four times if a search looked back.
    const isInProportion = (): boolean => millisecondsFor(1_000_000) < small * 32;
    expect(isInProportion() || isInProportion()).toBe(true);
  });
});

describe('the value of a redactor', () => {
  it.each([
    'password',
    'passwd',
    'Password',
    'DB_PASSWORD',
    'dbPassword',
    'user.password',
    'password2',
    'passwordHash',
    'pwd',
    'passphrase',
    'secret',
    'clientSecret',
    'client_secret',
    'CLIENT-SECRET',
    'clientsecret',
    'token',
    'accessToken',
    'access_token',
    'refreshToken',
    'idToken',
    'authtoken',
    'X-Auth-Token',
    'api_key',
    'apikey',
    'api-key',
    'apiKey',
    'X-Api-Key',
    'OPENAI_API_KEY',
    'privateKey',
    'private_key',
    'secretAccessKey',
    'AccountKey',
    'authorization',
    'Authorization',
    'Proxy-Authorization',
    'cookie',
    'Cookie',
    'set-cookie',
    'setCookie',
    'credentials',
    'connectionString',
    'connection_string',
    'cardNumber',
    'cvv',
    'ssn',
    'otp',
    'jwt',
    'csrfToken',
    'SMTP_PASS',
    'auth',
    'encryption_key',
    'x'.repeat(200) + '_password',
  ])('hides what is called %s', (key) => {
    expect(redactor.value({ [key]: 'a b c' })).toEqual({
      [key]: expect.stringMatching(/^\[redacted:[a-z-]+\]$/),
    });
  });

  it.each([
    'token_count',
    'tokens',
    'input_tokens',
    'max_tokens',
    'maxTokens',
    'token_type',
    'tokenizer',
    'author',
    'authority',
    'secretary',
    'time_to_first_token',
    'next_page_token',
    'stop_token',
    'primaryKey',
    'cache_key',
    'key',
    'keyboard',
    'passed',
    'pass',
    'compass',
    'passenger',
    'cookieCount',
    'publicKey',
    'session_id',
    'authenticated',
    'signature',
    'code',
    'status_code',
    'hotpot',
    'design',
    'y'.repeat(200),
  ])('shows what is called %s', (key) => {
    expect(redactor.value({ [key]: 'a b c' })).toEqual({ [key]: 'a b c' });
  });

  it('says whether there is a secret, and hides it whatever its type', () => {
    expect(
      redactor.value({
        password: '',
        secret: null,
        token: true,
        apiKey: 12,
        cookie: ['a'],
        auth: { user: 'x' },
        otp: 12n,
        authorization: '[redacted:jwt]',
      }),
    ).toEqual({
      password: '',
      secret: null,
      token: true,
      apiKey: '[redacted:api-key]',
      cookie: '[redacted:cookie]',
      auth: '[redacted:credentials]',
      otp: '[redacted:one-time-code]',
      authorization: '[redacted:jwt]',
    });
  });

  it('knows pairs and lists of names and values', () => {
    expect(
      redactor.value({
        pair: ['Cookie', 'a=b'],
        argv: ['run', '--password', 'x', '--verbose', 'y'],
        rawHeaders: ['Host', 'a', 'Cookie', 'b=c', 'Accept', 'd'],
        har: [
          { name: 'Cookie', value: 'a' },
          { key: 'token', value: 'b' },
          { name: 'x', value: 'c' },
        ],
        names: ['password', 'token', 'email'],
      }),
    ).toEqual({
      pair: ['Cookie', '[redacted:cookie]'],
      argv: ['run', '--password', '[redacted:password]', '--verbose', 'y'],
      rawHeaders: ['Host', 'a', 'Cookie', '[redacted:cookie]', 'Accept', 'd'],
      har: [
        { name: 'Cookie', value: '[redacted:cookie]' },
        { key: 'token', value: '[redacted:token]' },
        { name: 'x', value: 'c' },
      ],
      names: ['password', 'token', 'email'],
    });
  });

  const opaque = 'hunter2Xy9zQ';
  const long = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';
  const pem = ['-----BEGIN RSA PRIVATE KEY-----', long, '-----END RSA PRIVATE KEY-----'];

  it.each<[string, object, object]>([
    ['user and pass', { user: 'ada', pass: 'x' }, { user: 'ada', pass: '[redacted:password]' }],
    [
      'username and pass',
      { to: { username: 'ada', pass: 'x' } },
      { to: { username: 'ada', pass: '[redacted:password]' } },
    ],
    [
      'a private JSON web key',
      { kty: 'RSA', n: long, e: 'AQAB', d: long, q: long, dp: long },
      {
        kty: 'RSA',
        n: long,
        e: 'AQAB',
        d: '[redacted:private-key]',
        q: '[redacted:private-key]',
        dp: '[redacted:private-key]',
      },
    ],
    [
      'a secret JSON web key',
      { keys: [{ kty: 'oct', k: long }] },
      { keys: [{ kty: 'oct', k: '[redacted:private-key]' }] },
    ],
    [
      'private keys by name',
      { privKey: 'x', 'tls.key': 'y' },
      { privKey: '[redacted:key]', 'tls.key': '[redacted:key]' },
    ],
    ['a bearer', { bearer: 'x' }, { bearer: '[redacted:token]' }],
    ['a list of tokens', { tokens: [opaque] }, { tokens: '[redacted:token]' }],
    [
      'lines of a private key',
      { lines: ['a', ...pem, 'b'] },
      { lines: ['a', '[redacted:private-key]', '[redacted:private-key]', pem[2], 'b'] },
    ],
    [
      'the first lines of one',
      { lines: pem.slice(0, 2) },
      { lines: ['[redacted:private-key]', '[redacted:private-key]'] },
    ],
    [
      'credentials of a call',
      { argv: ['/usr/bin/curl', '-u', 'ada:x', 'https://h.example'] },
      { argv: ['/usr/bin/curl', '-u', '[redacted:password]', 'https://h.example'] },
    ],
    [
      'names that look like others',
      { 'pass\u200bword': 'x', ｐａｓｓｗｏｒｄ: 'y' },
      { 'pass\u200bword': '[redacted:password]', ｐａｓｓｗｏｒｄ: '[redacted:password]' },
    ],
  ])('hides %s', (_what, value, clean) => {
    expect(redactor.value(value)).toEqual(clean);
  });

  it.each<[string, object]>([
    ['how many passed', { pass: 12, fail: 3, user: 'ada' }],
    ['what passed, of no user', { pass: 'first', fail: 'second' }],
    ['a public JSON web key', { kty: 'EC', crv: 'P-256', x: long, y: long }],
    ['members of what is no key', { d: long, p: long }],
    ['short members', { kty: 'x', d: 'short', k: 3 }],
    ['tokens of a text', { tokens: ['hello', ' world', '2'] }],
    ['how many tokens', { tokens: 512, of: { tokens: [1, 2] } }],
    ['no tokens', { tokens: [] }],
    ['a user and its group', { argv: ['docker', 'run', '-u', 'ada:staff', 'image'] }],
    ['what is no credentials', { argv: ['curl', '-u', 'ada', 'https://h.example'] }],
    ['a certificate', { lines: ['-----BEGIN CERTIFICATE-----', long, '-----END CERTIFICATE-----'] }],
    ['who bears', { forbearer: 'x', bearerFormat: 'JWT', bearers: 2 }],
    ['keys of a table', { privileges: 'x', tlsKeyLength: 2048 }],
    ['names of other alphabets', { имя: 'x', größe: 'y' }],
  ])('shows %s', (_what, value) => {
    expect(redactor.value(value)).toEqual(value);
  });

  it('looks into keys, maps, sets, errors, symbols, numbers, boxed and big ones, and keeps each entry', () => {
    const error = Object.assign(new Error('mail a@b.example', { cause: 'from c@d.example' }), {
      to: 'e@f.example',
    });
    const value = redactor.value({
      map: new Map<unknown, unknown>([
        ['x@y.example', 1],
        ['z@y.example', 2],
        ['password', 'p'],
      ]),
      set: new Set(['g@h.example']),
      error,
      symbol: Symbol('i@j.example'),
      boxed: new String('k@l.example'),
      card: 4_111_111_111_111_111,
      big: 4_111_111_111_111_111n,
      time: 1_767_225_600_000,
      bytes: Buffer.from('m@n.example'),
      url: new URL('https://u:secretword@host.example/'),
      ['o@p.example']: 1,
    });
    expect(JSON.stringify(value)).not.toMatch(/@[a-z]\.example|secretword|4111/);
    expect(value).toMatchObject({
      map: { '[redacted:email]': 1, '[redacted:email] (2)': 2, password: '[redacted:password]' },
      bytes: '[Buffer of 11 bytes]',
      time: 1_767_225_600_000,
      '[redacted:email]': 1,
    });
  });

  it('keeps an own field called __proto__', () => {
    const value = redactor.value(JSON.parse('{"__proto__":{"a":"b"}}'));
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":"b"}}');
  });

  it.each(secrets)('has no $name anywhere', (planted) => {
    const { text } = planted;
    const error = new Error(text, { cause: new Error(text) });
    const shown = JSON.stringify(redactor.value([text, { a: { b: [text] } }, error, { [text]: 1 }]));
    for (const piece of pieces(planted)) expect(shown).not.toContain(JSON.stringify(piece).slice(1, -1));
  });
});

describe('createRedactor', () => {
  it('takes further names, in any style and at the end of names, in texts too', () => {
    const own = createRedactor({ keys: ['pin', 'tenantCode', ''] });
    expect(
      own.value({ cardPin: 1, CARD_PIN: 1, pins: 1, spin: 1, 'tenant-code': 1, text: 'pin: 12' }),
    ).toEqual({
      cardPin: '[redacted:pin]',
      CARD_PIN: '[redacted:pin]',
      pins: 1,
      spin: 1,
      'tenant-code': '[redacted:tenant-code]',
      text: 'pin: [redacted:pin]',
    });
  });

  it('takes no empty match of a pattern, and looks at short texts too', () => {
    const own = createRedactor({ patterns: [{ kind: 'pin', pattern: /(?:\b\d{4}\b)?/ }] });
    expect(own.text('4821')).toBe('[redacted:pin]');
    expect(own.text('hello')).toBe('hello');
  });

  it('takes further patterns, however they are flagged', () => {
    for (const flags of ['', 'g', 'y', 'gy']) {
      const own = createRedactor({ patterns: [{ kind: 'order-pin', pattern: new RegExp('P-\\d+', flags) }] });
      expect(own.text('see P-12, P-13')).toBe('see [redacted:order-pin], [redacted:order-pin]');
    }
  });

  it.each([
    [{ maxLength: 0 }, 'maxLength of the redactor is 0'],
    [{ maxLength: Number.NaN }, 'maxLength of the redactor is NaN'],
    [{ patterns: [{ kind: 'A b', pattern: /x/ }] }, 'the kind of a redactor\'s pattern is "A b"'],
    [{ patterns: [{ kind: 'a', pattern: 'x' as unknown as RegExp }] }, 'the pattern of the kind "a" is none'],
  ])('refuses %j', (options, message) => {
    expect(() => createRedactor(options)).toThrow(InvalidOptionError);
    expect(() => createRedactor(options)).toThrow(message);
  });

  it('forgets names when there are too many of them', () => {
    for (let i = 0; i < 5_000; i++) redactor.value({ [`key${i}`]: 1 });
    expect(redactor.value({ key1: 'a', token: 'b' })).toEqual({ key1: 'a', token: '[redacted:token]' });
  });
});

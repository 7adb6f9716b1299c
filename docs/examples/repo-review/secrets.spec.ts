import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { beginsPrivateKey, entropyBits, findSecretsInLine, maskSecret, redactSecrets } from './secrets.ts';

// Put together here, so that no review of this repository finds them.
const RANDOM = 'R7vQ2mXk9LpT4wZs8NbY1cHd6JfG3aE5uK0iBn4M';
const joined = (...parts: readonly string[]): string => parts.join('');
const KEY_BEGIN = joined('-----BEGIN ', 'RSA PRIVATE KEY-----');
const KEY_END = joined('-----END ', 'RSA PRIVATE KEY-----');

const TOKENS: readonly (readonly [kind: string, before: string, secret: string, after: string])[] = [
  ['AWS access key', 'id: ', joined('AK', 'IAQ3EGRZT5WDPL7KMN'), ''],
  ['AWS secret key', 'aws_secret_access_key = ', RANDOM, ''],
  ['GitHub token', 'const t = "', joined('gh', 'p_', RANDOM.slice(0, 36)), '"'],
  ['GitHub token', 'x ', joined('github', '_pat_', RANDOM), ' y'],
  ['GitLab token', '', joined('gl', 'pat-', RANDOM.slice(0, 20)), ''],
  ['Slack token', 'slack: ', joined('xo', 'xb-', RANDOM.slice(0, 24)), ''],
  [
    'Slack webhook',
    'https://hooks.slack.com/services/',
    joined('T01ABCDEF', '/B01ABCDEF/', RANDOM.slice(0, 24)),
    '',
  ],
  ['model API key', 'key=', joined('s', 'k-proj-', RANDOM), ''],
  ['npm token', 'auth=', joined('np', 'm_', RANDOM.slice(0, 36)), ''],
  ['Google API key', '"', joined('AI', 'za', RANDOM.slice(0, 35)), '"'],
  ['Stripe key', "'", joined('s', 'k_live_', RANDOM.slice(0, 24)), "'"],
  ['password in a URL', 'DATABASE=postgres://app:', 'tR0ub4dor-9x', '@db.internal/app'],
  ['password or key', 'password = "', 'tR0ub4dor&3kq', '"'],
  ['password or key', "clientSecret: '", 'q8Zr2LmW0vTx', "',"],
  ['password or key', 'const apiKey: string = "', 'q8Zr2LmW0vTx', '";'],
  ['password or key', 'config["token"] = "', 'q8Zr2LmW0vTx', '"'],
  ['password or key', 'export APP_SECRET=', 'q8Zr2LmW0vTx', ''],
  ['password or key', "token = '", 'HEADERS=authorization=Bearer%20q8Zr2LmW0vTx', "'"],
  ['password or key', "secret = '", 'q8Zr2LmW0vTxQQ==', "'"],
];

describe('findSecretsInLine', () => {
  it.each(TOKENS)('finds a secret: %s after %j', (kind, before, secret, after) => {
    expect(findSecretsInLine(`${before}${secret}${after}`)).toEqual([
      { kind, value: secret, index: before.length },
    ]);
  });

  it.each([
    'password = "changeme123"',
    'password = "your-password-1"',
    'password: "${DB_PASSWORD}"',
    'password = process.env.PASSWORD_1',
    'token = "env:API_TOKEN_1"',
    'secret = "vault:kv/app#key1"',
    'apiKey: "<insert key 1>"',
    'apiKey: "{{ apiKey1 }}"',
    'token: "access-token-v2"',
    'token = "aaaaaaaa1"',
    'password = "test1234secret"',
    'privateKey = "./keys/private1.pem"',
    'tokenUrl = "https://login.test/token1"',
    'postgres://app:password1@localhost/app',
    'postgres://app:$DB_PASSWORD1@db/app',
    'export API_KEY=$OTHER_KEY_12',
    joined('AK', 'IAIOSFODNN7EXAMPLE'),
    joined('gh', 'p_', 'x'.repeat(36)),
    joined('s', 'k-', '0'.repeat(40)),
    'a skeleton-of-a-very-long-name-here',
    'sk-1234-some-branch-name-of-mine',
    'token = "{{ vault.token }}"',
    'tokenType: "authorizationCode"',
    'apiKey: "OPENAI_API_KEY"',
    "const token = 'OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN'",
    'EXPORTER_TOKEN=authorization=Bearer%20YOUR_TOKEN',
    'token: "authorization:Bearer+xxx"',
    'token = "Bearer%20<token>"',
    'token = "headers=x-api-key=$API_KEY_1"',
    'token = "headers=x-api-key=${API_KEY_1}"',
    'token = "headers=x-api-key=example-1"',
    'https://example.com/a:b@c',
    'API_TOKEN=',
    'keyboard = "qwertyuiop"',
    'nothing of interest',
    '',
  ])('takes %j for no secret', (line) => {
    expect(findSecretsInLine(line)).toEqual([]);
  });

  it('expects made-up passwords in tests, but no real tokens', () => {
    const password = 'password = "tR0ub4dor&3kq"';
    const token = `"${joined('gh', 'p_', RANDOM.slice(0, 36))}"`;
    for (const path of ['test/a.js', 'src/a.spec.ts', 'fixtures/a.json', 'docs/examples/a.py']) {
      expect(findSecretsInLine(password, path)).toEqual([]);
      expect(findSecretsInLine(token, path)).toHaveLength(1);
    }
    expect(findSecretsInLine(password, 'src/contest.js')).toHaveLength(1);
  });

  it('is done with a long word at once', () => {
    expect(findSecretsInLine(`password = "${'abcdefgh'.repeat(20)}!"`)).toEqual([]);
    expect(findSecretsInLine(`password = "${'bcdfghjk'.repeat(20)}!"`)).toHaveLength(1);
  });

  it('names each of several secrets once', () => {
    const token = joined('gh', 'p_', RANDOM.slice(0, 36));
    expect(
      findSecretsInLine(`token = "${token}", password = "q8Zr2LmW0vTx"`).map(({ kind }) => kind),
    ).toEqual(['GitHub token', 'password or key']);
  });
});

describe('maskSecret', () => {
  it('shows four characters and the length', () => {
    expect(maskSecret('q8Zr2LmW0vTx')).toBe('q8Zr… (12 characters)');
  });
});

describe('redactSecrets', () => {
  it.each(TOKENS)('takes a secret out: %s after %j', (kind, before, secret, after) => {
    const redacted = redactSecrets(`first\n${before}${secret}${after}\nlast`);
    expect(redacted).toBe(`first\n${before}[${kind} removed]${after}\nlast`);
  });

  it.each([
    [`a\n${KEY_BEGIN}\n${RANDOM}\n${KEY_END}\nb`, 'a\n[private key removed]\nb'],
    [`a ${KEY_BEGIN}\n${RANDOM}`, 'a [private key removed]'],
  ])('takes private keys out, whole or cut', (text, redacted) => {
    expect(redactSecrets(text)).toBe(redacted);
  });

  it('leaves text without secrets as it is', () => {
    fc.assert(
      fc.property(fc.lorem(), fc.lorem(), (one, two) => {
        expect(redactSecrets(`${one}\n${two}`)).toBe(`${one}\n${two}`);
      }),
    );
  });
});

describe('beginsPrivateKey', () => {
  it.each([
    [KEY_BEGIN, RANDOM, true],
    [`key = "${KEY_BEGIN}\\n${RANDOM}\\n"`, '', true],
    [KEY_BEGIN, 'Proc-Type: 4,ENCRYPTED', true],
    [`'${KEY_BEGIN}\\n' +`, `'${RANDOM}\\n' +`, true],
    [joined('-----BEGIN ', 'PGP PRIVATE KEY BLOCK-----'), RANDOM, true],
    [`if (text.includes('${KEY_BEGIN}')) {`, '  return true;', false],
    [KEY_BEGIN, '', false],
    ['-----BEGIN CERTIFICATE-----', RANDOM, false],
  ])('says of %j and %j %j', (line, next, expected) => {
    expect(beginsPrivateKey(line, next)).toBe(expected);
  });
});

describe('entropyBits', () => {
  it.each([
    ['', 0],
    ['aaaa', 0],
    ['abab', 1],
    ['abcd', 2],
  ])('measures %j as %d bits a character', (text, bits) => {
    expect(entropyBits(text)).toBeCloseTo(bits);
  });
});

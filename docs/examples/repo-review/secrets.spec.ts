import { describe, expect, it } from '@jest/globals';
import { beginsPrivateKey, findSecretsInLine, maskSecret, redactSecrets } from './secrets.ts';

// Joined here, so that neither this repository's review nor anybody's scanner takes them for real.
const join = (...parts: readonly string[]): string => parts.join('');
const RANDOM = 'R7vQ2mXk9LpT4wZs8NbY1cHd6JfG3aE5uK0i';

const kindsIn = (text: string, path?: string): string[] =>
  findSecretsInLine(text, path).map(({ kind }) => kind);

describe('findSecretsInLine', () => {
  it.each([
    [join('id = AKIA', 'QZ7WX3KD5MB2HTRC'), 'AWS access key'],
    [join('aws_secret_', 'access_key = ', RANDOM, 'abcd'), 'AWS secret key'],
    [join('token: gh', 'p_', RANDOM), 'GitHub token'],
    [join('github', '_pat_', RANDOM, 'x1y2z3'), 'GitHub token'],
    [join('xo', 'xb-123412341234-', RANDOM), 'Slack token'],
    [join('key=sk', '-proj-', RANDOM), 'model API key'],
    [join('//registry/:_authToken=np', 'm_', RANDOM), 'npm token'],
    [join('AI', 'za', RANDOM.slice(0, 35)), 'Google API key'],
    [join('pass', 'word = "u8#Kd2!pQz9w"'), 'password or key'],
    [join('DB_PASS', 'WORD=u8Kd2pQz9wLm'), 'password or key'],
    [join('postgres://app:', 'u8Kd2pQz9wLm@db/prod'), 'password in a URL'],
  ])('finds %s', (text, kind) => {
    expect(kindsIn(text)).toContain(kind);
  });

  it.each([
    'password = "changeme"',
    'password: "your-password-here"',
    'const password = "${DB_PASSWORD}"',
    'password = process.env["DB_PASSWORD"]',
    'token = "{{ vault.token }}"',
    'password = "test1234"',
    'secret: "access-token-v2"',
    'tokenType: "authorizationCode"',
    'apiKey: "OPENAI_API_KEY"',
    'AKIAIOSFODNN7EXAMPLE',
    'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'postgres://postgres:postgres@localhost/test',
    'https://example.com/a:b@c',
    'API_TOKEN=',
    'keyboard = "qwertyuiop"',
  ])('takes %s for no secret', (text) => {
    expect(kindsIn(text)).toEqual([]);
  });

  it('lets generic passwords pass in tests, known tokens not', () => {
    expect(kindsIn(join('pass', 'word = "u8#Kd2!pQz9w"'), 'src/login.spec.ts')).toEqual([]);
    expect(kindsIn(join('gh', 'p_', RANDOM), 'src/login.spec.ts')).toEqual(['GitHub token']);
  });
});

describe('beginsPrivateKey', () => {
  const header = join('-----BEGIN RSA ', 'PRIVATE KEY-----');

  it('wants key material after the header', () => {
    expect(beginsPrivateKey(header, RANDOM + RANDOM)).toBe(true);
    expect(beginsPrivateKey(`key = "${header}\\n${RANDOM}\\n"`)).toBe(true);
    expect(beginsPrivateKey(`if (text.includes('${header}')) {`, '  return true;')).toBe(false);
  });
});

describe('redactSecrets', () => {
  it('removes every secret of a text and keeps the rest', () => {
    const text = join(
      'a gh',
      'p_',
      RANDOM,
      ' b np',
      'm_',
      RANDOM,
      '\n-----BEGIN ',
      'PRIVATE KEY-----\nabc\n-----END ',
      'PRIVATE KEY-----\nc',
    );

    expect(redactSecrets(text)).toBe(
      'a [GitHub token removed] b [npm token removed]\n[private key removed]\nc',
    );
  });
});

describe('maskSecret', () => {
  it('shows four characters and the length', () => {
    expect(maskSecret('abcdefghij')).toBe('abcd… (10 characters)');
  });
});

import { seededRandom } from '@tta/obs-context/manual';

/** A secret that must not get out, and a text that it stands in. */
export interface PlantedSecret {
  readonly name: string;
  /** What a reader must not learn. */
  readonly secret: string;
  /** The text around it that makes it one; the secret itself where its form is enough. */
  readonly text: string;
}

const random = seededRandom(20_260_102);
const digits = '0123456789';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lower = upper.toLowerCase();
const alnum = upper + lower + digits;
const hexDigits = '0123456789abcdef';

/** Secrets are made here and nowhere written down, so that no search of this repository finds them. */
function characters(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random.next() * alphabet.length)]).join('');
}

const word = (length: number): string => `a9${characters(alnum, length - 4)}Z7`;
const hex = (length: number): string => `a1${characters(hexDigits, length - 2)}`;
const web = (length: number): string => `x1${characters(`${alnum}-_`, length - 4)}Q8`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const base64Url = (text: string): string => Buffer.from(text).toString('base64url');
const joined = (...parts: readonly string[]): string => parts.join('');
const pem = (label: string, lines = 4): string => {
  const mark = '-----';
  const body = Array.from({ length: lines }, () => word(64)).join('\n');
  return `${mark}BEGIN ${label}${mark}\n${body}\n${mark}END ${label}${mark}`;
};
const jwt = (): string =>
  [base64Url('{"alg":"HS256","typ":"JWT"}'), base64Url(`{"sub":"${word(12)}"}`), web(43)].join('.');
/** A number with the check digit that the networks ask for. */
const card = (prefix: string, length: number): string => {
  const body = prefix + characters(digits, length - prefix.length - 1);
  const sum = [...body].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
};
const grouped = (number: string, mark: string): string => number.replace(/(\d{4})(?=\d)/g, `$1${mark}`);

const alone = (name: string, secret: string): PlantedSecret => ({ name, secret, text: secret });
const inText = (name: string, make: (secret: string) => string, secret = word(14)): PlantedSecret => ({
  name,
  secret,
  text: make(secret),
});

/** Secrets that their form gives away, wherever they stand. */
export const formedSecrets: readonly PlantedSecret[] = [
  alone('AWS access key', joined('AK', 'IA', characters(upper + digits, 16))),
  alone('AWS temporary access key', joined('AS', 'IA', characters(upper + digits, 16))),
  alone('AWS secret key', `wJ4a/K7m${word(32)}`),
  alone('GitHub token', joined('gh', 'p_', word(36))),
  alone('GitHub OAuth token', joined('gh', 'o_', word(36))),
  alone('GitHub app token', joined('gh', 's_', word(36))),
  alone('GitHub refresh token', joined('gh', 'r_', word(36))),
  alone('GitHub fine-grained token', joined('github', '_pat_', word(22), '_', word(59))),
  alone('GitLab token', joined('gl', 'pat-', web(20))),
  alone('GitLab runner token', joined('gl', 'rt-', web(20))),
  alone('Slack bot token', joined('xo', 'xb-', characters(digits, 12), '-', word(24))),
  alone('Slack app token', joined('xa', 'pp-1-', word(40))),
  alone(
    'Slack webhook',
    joined('https://hooks.slack', '.com/services/', `T${word(9)}/B${word(9)}/${word(24)}`),
  ),
  alone(
    'Discord webhook',
    joined('https://discord', '.com/api/webhooks/', characters(digits, 18), '/', web(60)),
  ),
  alone('Stripe key', joined('sk', '_live_', word(24))),
  alone('Stripe test key', joined('sk', '_test_', word(99))),
  alone('Stripe restricted key', joined('rk', '_live_', word(24))),
  alone('webhook secret', joined('wh', 'sec_', word(32))),
  alone('Google API key', joined('AI', 'za', web(35))),
  alone('Google access token', joined('ya', '29.', web(60))),
  alone('Google client secret', joined('GOC', 'SPX-', web(28))),
  alone('OpenAI key', joined('s', 'k-', word(48))),
  alone('OpenAI project key', joined('s', 'k-proj-', web(120))),
  alone('OpenAI service key', joined('s', 'k-svcacct-', web(60))),
  alone('Anthropic key', joined('s', 'k-ant-api03-', web(95))),
  alone('OpenRouter key', joined('s', 'k-or-v1-', hex(64))),
  alone('Langfuse key', joined('s', 'k-lf-', '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed')),
  alone('Hugging Face token', joined('h', 'f_', word(34))),
  alone('npm token', joined('np', 'm_', word(36))),
  alone('PyPI token', joined('py', 'pi-AgEIcHlwaS5vcmc', web(80))),
  alone('SendGrid key', joined('S', 'G.', web(22), '.', web(43))),
  alone('Mailgun key', joined('ke', 'y-', hex(32))),
  alone('Twilio key', joined('S', 'K', hex(32))),
  alone('Twilio account', joined('A', 'C', hex(32))),
  alone('DigitalOcean token', joined('do', 'p_v1_', hex(64))),
  alone('Shopify token', joined('shp', 'at_', hex(32))),
  alone('Docker token', joined('dck', 'r_pat_', web(27))),
  alone('Groq key', joined('gs', 'k_', word(52))),
  alone('Replicate token', joined('r', '8_', word(37))),
  alone('NVIDIA key', joined('nva', 'pi-', web(64))),
  alone('xAI key', joined('xa', 'i-', word(80))),
  alone('Perplexity key', joined('pp', 'lx-', word(48))),
  alone('LangSmith key', joined('ls', 'v2_pt_', hex(32), '_', hex(10))),
  alone('Linear key', joined('li', 'n_api_', word(40))),
  alone('Notion token', joined('nt', 'n_', word(46))),
  alone('Vault token', joined('hv', 's.', web(90))),
  alone('Databricks token', joined('da', 'pi', hex(32))),
  alone('Atlassian token', joined('ATA', 'TT3', web(180))),
  alone('Postman key', joined('PM', 'AK-', hex(24), '-', hex(34))),
  alone('New Relic key', joined('NR', 'AK-', characters(upper + digits, 27))),
  alone('Azure client secret', joined('abc', '8Q', '~', word(34))),
  alone('Telegram token', joined(characters('123456789', 10), ':AA', web(33))),
  alone('age key', joined('AGE-SECRET', '-KEY-1', characters(upper + digits, 58))),
  alone('JSON web token', jwt()),
  alone('JSON web token without a signature', jwt().split('.').slice(0, 2).join('.')),
  alone('private key', pem(joined('PRIVATE', ' KEY'))),
  alone('RSA private key', pem(joined('RSA PRIVATE', ' KEY'), 20)),
  alone('EC private key', pem(joined('EC PRIVATE', ' KEY'), 2)),
  alone('OpenSSH private key', pem(joined('OPENSSH PRIVATE', ' KEY'))),
  alone('OpenPGP private key', pem(joined('PGP PRIVATE', ' KEY BLOCK'))),
  alone('encrypted private key', pem(joined('ENCRYPTED PRIVATE', ' KEY'))),
  alone(
    'private key in lower case',
    pem(joined('PRIVATE', ' KEY')).replace(/-----.*-----/g, (mark) => mark.toLowerCase()),
  ),
  alone('private key with more blanks', pem(joined('RSA ', ' PRIVATE', ' \u00a0KEY'))),
  alone(
    'private key with another end in it',
    pem(joined('RSA PRIVATE', ' KEY')).replace('\n', '\n-----END x-----\n'),
  ),
  alone('OpenVPN key', pem('OpenVPN Static key V1')),
  alone(
    'SSH2 key',
    pem(joined('SSH2 ENCRYPTED PRIVATE', ' KEY'))
      .replaceAll('-----', '---- ')
      .replaceAll('---- \n', ' ----\n'),
  ),
  alone('GitHub token with a zero-width character', joined('gh', 'p_', word(8), '\u200b', word(28))),
  alone(
    'full-width card',
    card('4', 16).replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
  ),
  alone('e-mail address', joined('jane.doe+x', '@', 'mail.example.com')),
  alone('e-mail address beyond ASCII', joined('jörg', '@', 'müller.example')),
  alone('e-mail address with a deep domain', joined("o'neil_99", '@', 'a.b.c.example.co.uk')),
  alone('Visa card', card('4', 16)),
  alone('Visa card in groups', grouped(card('4', 16), ' ')),
  alone('Mastercard with dashes', grouped(card('52', 16), '-')),
  alone('Mastercard of the new range', card('2345', 16)),
  alone('American Express card', card('37', 15)),
  alone('American Express card in groups', card('34', 15).replace(/^(\d{4})(\d{6})/, '$1 $2 ')),
  alone('Discover card', card('6011', 16)),
  alone('UnionPay card', card('62', 19)),
];

/** Secrets that the words before them give away. */
export const namedSecrets: readonly PlantedSecret[] = [
  inText('password=', (secret) => `password=${secret}`),
  inText('password: ', (secret) => `login failed, password: ${secret}`),
  inText('in quotes', (secret) => `password = "${secret}"`, `two words ${word(9)}`),
  inText('in single quotes', (secret) => `{ dbPassword: '${secret}', port: 5432 }`, `it"s ${word(9)}`),
  inText('as JSON', (secret) => JSON.stringify({ user: 'x', password: secret }), `a "quoted" ${word(9)}`),
  inText('as JSON in JSON', (secret) => JSON.stringify(JSON.stringify({ client_secret: secret }))),
  inText('as JSON in JSON in JSON', (secret) =>
    JSON.stringify(JSON.stringify(JSON.stringify({ apiKey: secret }))),
  ),
  inText('an object in JSON', (secret) => `{"credentials":{"user":"x","value":"${secret}"}}`),
  inText('an environment variable', (secret) => `export PGPASSWORD=${secret}`),
  inText('a variable of one word', (secret) => `CLIENTSECRET=${secret}`),
  inText('an API key', (secret) => `X-Api-Key: ${secret}`),
  inText('an API key in words', (secret) => `API key: ${secret}`),
  inText(
    'an access token in a query',
    (secret) => `GET https://api.example/v1?access_token=${secret}&page=2`,
  ),
  inText('a signature in a query', (secret) => `https://x.blob.example/a?sv=2024&sig=${secret}&se=2026`),
  inText(
    'a signed URL',
    (secret) => `https://s3.example/a?X-Amz-Expires=60&X-Amz-Signature=${secret}`,
    hex(64),
  ),
  inText('a flag', (secret) => `run --user x --password ${secret} --verbose`),
  inText('a flag with =', (secret) => `run --api-token=${secret}`),
  inText('an XML element', (secret) => `<user>x</user><password>${secret}</password>`),
  inText('YAML', (secret) => `db:\n  user: x\n  password: ${secret}\n  port: 1`),
  inText('a connection string', (secret) => `Server=db;User Id=x;Password=${secret};Encrypt=true`),
  inText(
    'an Azure connection string',
    (secret) => `AccountName=x;AccountKey=${secret};Suffix=y`,
    base64(word(64)),
  ),
  inText('a password in a URL', (secret) => `postgres://app:${secret}@db.internal:5432/app`),
  inText('a password with @ in a URL', (secret) => `mysql://app:${secret}@db/app`, `p@${word(9)}`),
  inText('a password with / in a URL', (secret) => `postgres://app:${secret}@db/app`, `pa/${word(9)}`),
  inText('a password without a user in a URL', (secret) => `redis://:${secret}@cache:6379/0`),
  inText('a token in place of the user', (secret) => `https://${secret}@git.example/x.git`, word(24)),
  inText('a Bearer header', (secret) => `Authorization: Bearer ${secret}`, word(40)),
  inText('a Bearer token', (secret) => `sent Bearer ${secret}`, word(32)),
  inText('an encoded Bearer token', (secret) => `auth%3DBearer%20${secret}`, word(32)),
  inText('a Basic header', (secret) => `authorization: Basic ${secret}`, base64(`x:${word(9)}`)),
  inText('Basic credentials', (secret) => `curl -H "Basic ${secret}"`, base64(`x:${word(9)}`)),
  inText('a Digest header', (secret) => `Authorization: Digest username=x, response=${secret}`, hex(32)),
  inText('a cookie', (secret) => `Cookie: theme=dark; connect.sid=${secret}`),
  inText('a cookie that is set', (secret) => `set-cookie: sid=${secret}; Path=/; HttpOnly`),
  inText(
    'a header dump',
    (secret) => `> GET / HTTP/1.1\r\n> Host: x\r\n> X-Auth-Token: ${secret}\r\n> Accept: */*`,
  ),
  inText('a curl command', (secret) => `curl -H 'X-Api-Key: ${secret}' https://api.example`),
  inText('an object as Node shows it', (secret) => `{ user: 'x', token: '${secret}' }`),
  inText('a Ruby hash', (secret) => `{:user=>"x", :password=>"${secret}"}`),
  inText(
    'a service account',
    (secret) => JSON.stringify({ type: 'service_account', private_key: secret, client_id: '1' }),
    pem(joined('PRIVATE', ' KEY')),
  ),
  inText(
    'a Digest header in quotes',
    (secret) => `Authorization: Digest username="Mufasa", response="${secret}"`,
    hex(32),
  ),
  inText('a Hawk header', (secret) => `authorization: Hawk id="dh37", mac="${secret}", ts=1`),
  inText('an OAuth 1 header', (secret) => `authorization: OAuth a="k", b="x", oauth_signature="${secret}"`),
  inText('a cookie behind quotes', (secret) => `Cookie: a="x"; sid2=${secret}`),
  inText('a cookie behind an apostrophe', (secret) => `cookie: theme=o'x; sid2=${secret}`),
  inText('a cookie behind JSON', (secret) => `Cookie: a={"b":"c","d":"e"}; sid2=${secret}`),
  inText('a cookie in a command', (secret) => `curl -H 'Cookie: a="1"; sid2=${secret}' https://api.example`),
  inText(
    'a block of YAML',
    (secret) => `db:\n  password: |\n    ${secret}\n  x: 1`,
    `${word(9)}\n\n    ${word(9)}`,
  ),
  inText('a folded block of YAML', (secret) => `token: >-\n  ${secret}\n`),
  inText('a tag of YAML', (secret) => `password: !vault ${secret}`),
  inText('an anchor of YAML', (secret) => `password: &pw ${secret}`),
  inText('the next line', (secret) => `the password:\n${secret}\n`),
  inText('the next line in quotes', (secret) => `"client_secret" :\r\n  "${secret}"`),
  inText('colours', (secret) => `{ password: \u001b[32m'${secret}'\u001b[39m }`, `two words ${word(9)}`),
  inText('a coloured name', (secret) => `\u001b[1mpassword\u001b[22m=\u001b[33m${secret}\u001b[39m`),
  inText('an object with brackets in it', (secret) => `credentials: {"user":"a}b","value":"${secret}"}`),
  inText('an object with brackets in it as JSON', (secret) =>
    JSON.stringify(`auth: {"note":"]","it's":"x","data":{"x":"${secret}"}}`),
  ),
  inText('bytes of Python', (secret) => `password=b'${secret}'`),
  inText('an option of Rust', (secret) => `Config { user: "a", password: Some("${secret}") }`),
  inText('TOML of many lines', (secret) => `password = """\n${secret}\n"""`),
  inText('empty quotes', (secret) => `password=''${secret}`),
  ...['<', "'", '`', '"'].flatMap((mark) => [
    inText(`a password with ${mark}`, (secret) => `password: ${secret}`, `ab${mark}${word(9)}`),
    inText(`a password behind ${mark}`, (secret) => `DB_PASSWORD=x${mark}${secret} next`),
  ]),
  inText('a password that begins with <', (secret) => `DB_PASSWORD=${secret}`, `<${word(9)}`),
  inText('typographic quotes', (secret) => `password: “${secret}”`, `two words ${word(9)}`),
  inText('a mark before it', (secret) => `password=[redacted:x]${secret}`),
  inText('many blanks', (secret) => `password${' '.repeat(30)}:${' '.repeat(30)}${secret}`),
  inText('tabs', (secret) => `password\t=\t${secret}`),
  inText('a blank that does not break', (secret) => `password:\u00a0"${secret}"`, `two words ${word(9)}`),
  inText('Markdown', (secret) => `**password**: ${secret}`),
  inText('a name with a zero-width character', (secret) => `pass\u200bword: ${secret}`),
  inText('a name with a soft hyphen', (secret) => `pass\u00adword: ${secret}`),
  inText('a full-width name', (secret) => `ｐａｓｓｗｏｒｄ：${secret}`),
  inText('an element with attributes', (secret) => `<password type="text">${secret}</password>`),
  inText('an element with a prefix', (secret) => `<wsse:Password Type="x#y">${secret}</wsse:Password>`),
  inText('an element with data', (secret) => `<password><![CDATA[${secret}]]></password>`, `a<b>${word(9)}`),
  inText('a field of a form', (secret) => `<input name="password" value="${secret}">`),
  inText(
    'a part of a form',
    (secret) => `Content-Disposition: form-data; name="password"\r\n\r\n${secret}\r\n--x`,
  ),
  inText('a variable of a pod', (secret) => `[{"name":"DB_PASSWORD","value":"${secret}"}]`),
  inText('a variable of a pod in YAML', (secret) => `- name: DB_PASSWORD\n  value: ${secret}`),
  inText('a pair', (secret) => `["x-api-key","${secret}"]`),
  inText('a call', (secret) => `setHeader('x-api-key', '${secret}')`),
  inText('a flag with one dash', (secret) => `java -password ${secret}`),
  inText('a short flag', (secret) => `run --pass ${secret}`),
  inText('a user with a password', (secret) => `curl -u bob:${secret} https://api.example`),
  inText('SQL', (secret) => `ALTER ROLE a WITH PASSWORD '${secret}'`),
  inText('SQL of another kind', (secret) => `CREATE USER a IDENTIFIED BY '${secret}'`),
  inText('a field of a form with brackets', (secret) => `user%5Bpassword%5D=${secret}&x=1`),
  inText('a key in a query', (secret) => `https://maps.example/api?key=${secret}&v=3`, hex(32)),
  inText(
    'a signature of a storage',
    (secret) => `https://storage.example/x?Expires=1&Signature=${secret}`,
    hex(32),
  ),
  inText('a code in a query', (secret) => `https://app.example/cb?code=${secret}&state=x`, hex(32)),
  inText('a JSON web key', (secret) => JSON.stringify({ kty: 'RSA', n: 'x', e: 'AQAB', d: secret }), web(64)),
  inText('a symmetric JSON web key', (secret) => `{ kty: 'oct', k: '${secret}' }`, web(43)),
  inText(
    'a key of PuTTY',
    (secret) => `PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\n${secret}\nPrivate-MAC: ${hex(40)}`,
    word(64),
  ),
  inText('a token behind a letter', (secret) => `\\n${secret}\\n`, joined('s', 'k-', word(30))),
];

/** Texts that look like secrets and are none: they stay as they are. */
export const lookalikes: readonly string[] = [
  '550e8400-e29b-41d4-a716-446655440000',
  'f81d4fae-7dec-11d0-a765-00a0c91e6bf6 and 00000000-0000-4000-8000-000000000000',
  '6fa459ea-ee8a-4ca4-8716-446655440003',
  '4bf92f3577b34da6a3ce929d0e0e4736',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
  'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '2026-01-02T03:04:05.678Z',
  '2026-01-02 03:04:05.678901234 +0100',
  'at 1767225600000 ms, 1767225600000000000 ns',
  'order 4111111111111112, order 5500000000000005',
  'took 0.4111111111111111 s',
  '3.141592653589793',
  'version 10.4.0-beta.1+build.20260102030405',
  '@tta/obs-logging@0.1.0 and npm:typescript@7.0.2',
  'http://localhost:8765/#/traces/4bf92f3577b34da6a3ce929d0e0e4736',
  'https://registry.example:8080/npm/@scope/pkg',
  'http://[::1]:4318/v1/logs',
  'https://example.com/a?page=2&sort=created_at&limit=50',
  'git@github.com:theinterneti/TTA.dev.git',
  'icon@2x.png',
  '@media (min-width: 600px)',
  'user@host',
  'tokens: 512, input_tokens=12, max_tokens: 4096, token_count=3',
  'time to first token: 12 ms, time_to_first_token=12',
  'next_page_token=12',
  'tokenizer=cl100k_base, author: Jane, secretary: Joe, authority=x, keyboard: qwerty',
  'primary key: id, cache_key=users:12, sort-key=name, idempotency_key=12ab',
  'password: required',
  'token: expired',
  'apiKey=undefined, secret=null, password=${DB_PASSWORD} --password $DB_PASSWORD',
  'the password is too short; a bearer token is missing; Basic authentication; Bearer authentication',
  'Unexpected token } in JSON at position 12',
  'cookies are enabled',
  'passed 12 of 13, bypass=true, compass: north',
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  '-----BEGIN CERTIFICATE-----',
  '/usr/lib/node_modules/some-Package/dist/index.js:12:34',
  'at async file:///srv/app/packages/logging/src/create-logger.ts:120:15',
  'packages/Logging/src/2/redaction/Findx12',
  'sk-learn is a-risk-free-disk-of-words-that-are-long',
  'eyJ is how JSON begins in Base64',
  'npm_config_registry and npm_lifecycle_event',
  'isbn 9783161484100, phone +49 30 901820, iban DE89370400440532013000',
  '127.0.0.1:5432, fe80::1, aa:bb:cc:dd:ee:ff',
  'a=1&b=2;c=3',
  '1234 5678 9012 3456',
  'größer 日本 🎉',
  '[redacted:email] and password=[redacted:password]',
];

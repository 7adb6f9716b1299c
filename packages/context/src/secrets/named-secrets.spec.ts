import { describe, expect, it } from '@jest/globals';
import { mergedSpans } from './merged-spans.ts';
import { findNamedSecrets } from './named-secrets.ts';
import { secretKeyRule } from './secret-key.ts';
import type { SecretSpan } from './secret-span.ts';
import { textTraits } from './text-traits.ts';

const isSecret = secretKeyRule();

function redacted(text: string): string {
  const spans: SecretSpan[] = [];
  findNamedSecrets(
    text,
    textTraits(text),
    isSecret,
    (start, end, kind) => void spans.push({ start, end, kind }),
  );
  let result = '';
  let at = 0;
  for (const { start, end, kind } of mergedSpans(spans, text)) {
    result += `${text.slice(at, start)}[redacted:${kind}]`;
    at = end;
  }
  return result + text.slice(at);
}

describe('findNamedSecrets', () => {
  it.each([
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
    ['<password>x', '<password>[redacted:password]'],
    ['<password><![CDATA[x', '<password><![CDATA[[redacted:password]'],
    ['token="""x', 'token="""[redacted:token]'],
    ['auth: {"x":"', 'auth: [redacted:credentials]'],
    ['form; name="password"\r\n\r\nx', 'form; name="password"\r\n\r\n[redacted:password]'],
    ['Cookie: a=b; c=d\r\nHost: x', 'Cookie: [redacted:cookie]\r\nHost: x'],
    ['(token: a1b2c3).', '(token: [redacted:token]).'],
    ['<apiKey>a1b2c3</apiKey>', '<apiKey>[redacted:api-key]</apiKey>'],
    ['<apiKey>a1b2c3', '<apiKey>[redacted:api-key]'],
    ['credentials: {"a": [1]} done', 'credentials: [redacted:credentials] done'],
    ['credentials: {"a": [1', 'credentials: [redacted:credentials]'],
    ["password: 'open\nHost: x", "password: '[redacted:password]\nHost: x"],
    ["password: 'open", "password: '[redacted:password]"],
    ['password:', 'password:'],
    ['auth:{"a":[1],\'b\':"c"} x', 'auth:[redacted:credentials] x'],
    ['curl -u ann:s3cret https://h.example', 'curl -u ann:[redacted:password] https://h.example'],
    ['docker run -u 1000:1000 x', 'docker run -u 1000:1000 x'],
    ['{"name":"DB_PASSWORD","value":"ab12"}', '{"name":"DB_PASSWORD","value":"[redacted:password]"}'],
    ['["x-api-key","ab12"]', '["x-api-key","[redacted:api-key]"]'],
    ['["token","expires_at"]', '["token","expires_at"]'],
    ['<password>a b</password>', '<password>[redacted:password]</password>'],
    ['set the <password> in a file', 'set the <password> in a file'],
    ['user%5Bpassword%5D=ab12&x=1', 'user%5Bpassword%5D=[redacted:password]&x=1'],
    ["PASSWORD 'ab12'", "PASSWORD '[redacted:password]'"],
    ['--pass ab12 --token null', '--pass [redacted:password] --token null'],
    ['?key=8f14e45fceea167a&code=200', '?key=[redacted:api-key]&code=200'],
    ['API key: ab12', 'API key: [redacted:api-key]'],
    ['the password:\nab12', 'the password:\n[redacted:password]'],
    ["password=''ab12", "password=''[redacted:password]"],
    ["password: b'ab12'", "password: [redacted:password]'"],
    ['PWD=/srv/app, [redacted:token]: x', 'PWD=/srv/app, [redacted:token]: x'],
  ])('of %j leaves %j', (text, clean) => {
    expect(redacted(text)).toBe(clean);
  });
});

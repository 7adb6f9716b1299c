import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Signal } from '@tta/obs-tracing';
import type { Exporter } from './exporters.ts';
import { type OtlpSettings, readOtlp } from './otlp.ts';
import { Variables } from './variables.ts';

type Env = Record<string, string>;
const prefix = 'OTEL_EXPORTER_OTLP_';

interface Read extends Partial<OtlpSettings> {
  readonly problems?: readonly string[];
}

/** What is read for traces unless another signal is asked for. */
function read(env: Env, exporters?: readonly Exporter[], signal: Signal = 'traces'): Read {
  const named = Object.fromEntries(Object.entries(env).map(([name, value]) => [`${prefix}${name}`, value]));
  const variables = new Variables(named);
  const none = { traces: [], metrics: [], logs: [] };
  const settings = readOtlp(variables, { ...none, [signal]: exporters })[signal];
  return { ...settings, ...(variables.problems.length > 0 ? { problems: variables.problems } : {}) };
}

describe('readOtlp', () => {
  it.each<[Env, string | undefined]>([
    [{ ENDPOINT: 'http://a.test' }, 'http://a.test/v1/traces'],
    [{ ENDPOINT: 'http://a.test:4318/base/' }, 'http://a.test:4318/base/v1/traces'],
    [{ TRACES_ENDPOINT: 'http://a.test/as-it-is' }, 'http://a.test/as-it-is'],
    [{ TRACES_ENDPOINT: 'http://a.test' }, 'http://a.test/'],
    [{ ENDPOINT: 'http://a.test', TRACES_ENDPOINT: 'https://b.test/x' }, 'https://b.test/x'],
    [{ ENDPOINT: 'http://a.test', PROTOCOL: 'http/json' }, 'http://a.test/v1/traces'],
    [{ ENDPOINT: 'http://a.test:4317', PROTOCOL: 'grpc' }, 'http://a.test:4317'],
    [{ ENDPOINT: 'https://a.test:4317/x', PROTOCOL: 'GRPC', INSECURE: 'true' }, 'https://a.test:4317'],
    [{ ENDPOINT: 'a.test:4317', PROTOCOL: 'grpc' }, 'https://a.test:4317'],
    [{ ENDPOINT: '[::1]:4317', PROTOCOL: 'grpc', INSECURE: 'true' }, 'http://[::1]:4317'],
    [{ TRACES_ENDPOINT: 'a.test', TRACES_PROTOCOL: 'grpc', TRACES_INSECURE: 'true' }, 'http://a.test'],
    [
      { ENDPOINT: 'a.test:4317', PROTOCOL: 'grpc', INSECURE: 'true', TRACES_INSECURE: 'false' },
      'https://a.test:4317',
    ],
    [
      { ENDPOINT: 'http://a.test', PROTOCOL: 'grpc', TRACES_PROTOCOL: 'http/protobuf' },
      'http://a.test/v1/traces',
    ],
  ])('sends by %j to %j', (env, url) => {
    const settings = read(env);
    expect(settings.url).toBe(url);
    expect(settings.problems).toBeUndefined();
  });

  it.each<[readonly Exporter[] | undefined, Env, string | undefined]>([
    [undefined, {}, undefined],
    [['otlp'], {}, 'http://localhost:4318/v1/traces'],
    [['otlp', 'console'], { PROTOCOL: 'grpc' }, 'http://localhost:4317'],
    [['otlp'], { ENDPOINT: 'http://a.test' }, 'http://a.test/v1/traces'],
    [['otlp'], { ENDPOINT: 'nowhere' }, undefined],
    [['console'], { ENDPOINT: 'http://a.test' }, undefined],
    [[], { ENDPOINT: 'http://a.test' }, undefined],
  ])('sends with the exporters %j by %j to %j', (exporters, env, url) => {
    expect(read(env, exporters).url).toBe(url);
  });

  it.each<[Env, string]>([
    [{ ENDPOINT: 'a.test:4318' }, 'ENDPOINT is "a.test:4318"'],
    [{ ENDPOINT: 'ftp://me:secret@a.test' }, 'ENDPOINT is "ftp://a.test"'],
    [{ TRACES_ENDPOINT: 'nowhere', ENDPOINT: 'http://a.test' }, 'TRACES_ENDPOINT is "nowhere"'],
    [{ ENDPOINT: 'unix:///run/otel', PROTOCOL: 'grpc' }, 'ENDPOINT is "unix:///run/otel"'],
    [{ ENDPOINT: 'http://me:%zz@a.test' }, 'ENDPOINT is "http://a.test"'],
  ])('sends nowhere by %j', (env, shown) => {
    expect(read(env)).toMatchObject({
      url: undefined,
      problems: [
        `${prefix}${shown}; it has to be an address like http://127.0.0.1:4318, so nothing is sent there.`,
      ],
    });
  });

  it.each<[Signal, string]>([
    ['traces', 'TRACES'],
    ['metrics', 'METRICS'],
    ['logs', 'LOGS'],
  ])('reads for %s what is said of them, else what is said of all signals', (signal, name) => {
    const general = { ENDPOINT: 'http://a.test/x', PROTOCOL: 'http/json', HEADERS: 'a=1', TIMEOUT: '7' };
    const others = ['TRACES', 'METRICS', 'LOGS'].filter((other) => other !== name);
    const ofOthers = Object.fromEntries(others.map((other) => [`${other}_ENDPOINT`, 'http://other.test']));
    expect(read({ ...general, ...ofOthers }, undefined, signal)).toMatchObject({
      url: `http://a.test/x/v1/${signal}`,
      protocol: 'http/json',
      headers: { a: '1' },
      timeoutMs: 7,
    });
    const own = {
      [`${name}_ENDPOINT`]: 'b.test:1',
      [`${name}_PROTOCOL`]: 'grpc',
      [`${name}_HEADERS`]: 'b=2',
    };
    expect(
      read({ ...general, ...own, [`${name}_INSECURE`]: 'true', [`${name}_TIMEOUT`]: '8' }, undefined, signal),
    ).toMatchObject({ url: 'http://b.test:1', protocol: 'grpc', headers: { b: '2' }, timeoutMs: 8 });
    expect(read({}, ['otlp'], signal).url).toBe(`http://localhost:4318/v1/${signal}`);
  });

  it('says once what is wrong for all signals', () => {
    const variables = new Variables({ [`${prefix}PROTOCOL`]: 'thrift', [`${prefix}ENDPOINT`]: 'nowhere' });
    const settings = readOtlp(variables, { traces: undefined, metrics: undefined, logs: undefined });
    expect(Object.values(settings).map(({ url }) => url)).toEqual([undefined, undefined, undefined]);
    expect(variables.problems).toHaveLength(2);
  });

  it.each<[Env, Partial<OtlpSettings>]>([
    [
      { HEADERS: 'authorization=Basic%20YTpi=, X-Tenant = t ,' },
      { headers: { authorization: 'Basic YTpi=', 'x-tenant': 't' } },
    ],
    [{ HEADERS: 'a=1,b=2', TRACES_HEADERS: 'a=3' }, { headers: { a: '3' } }],
    [{ TIMEOUT: '500' }, { timeoutMs: 500 }],
    [{ TIMEOUT: '500', TRACES_TIMEOUT: '0' }, { timeoutMs: 2 ** 31 - 1 }],
    [{ COMPRESSION: 'GZIP' }, { compression: 'gzip' }],
    [{ COMPRESSION: 'gzip', TRACES_COMPRESSION: 'none' }, { compression: 'none' }],
    [{ PROTOCOL: 'http/json' }, { protocol: 'http/json' }],
  ])('reads %j as %j', (env, expected) => {
    expect(read(env)).toMatchObject(expected);
  });

  it.each<[Env, string]>([
    [
      { PROTOCOL: 'thrift' },
      'PROTOCOL is "thrift"; it has to be http/protobuf, http/json or grpc, so http/protobuf is used.',
    ],
    [
      { TRACES_COMPRESSION: 'zstd' },
      'TRACES_COMPRESSION is "zstd"; it has to be gzip or none, so none is used.',
    ],
    [
      { TIMEOUT: '-1' },
      'TIMEOUT is "-1"; it has to be a whole number from 0 to 2147483647, so 10000 is used.',
    ],
    [{ INSECURE: 'yes' }, 'INSECURE is "yes"; it has to be true or false, so false is used.'],
  ])('says what is wrong with %j', (env, problem) => {
    expect(read(env).problems).toEqual([`${prefix}${problem}`]);
  });

  it.each([
    ['a=1,secret', 'one header is left out.'],
    ['a=1,x=%zz', 'one header is left out.'],
    ['a=1,bad name=secret,x=a%0Ab', 'some headers are left out.'],
    ['a=1,=secret', 'one header is left out.'],
  ])('leaves out what is no header in %j without showing it', (text, consequence) => {
    expect(read({ HEADERS: text })).toMatchObject({
      headers: { a: '1' },
      problems: [
        `${prefix}HEADERS has a value that cannot be used; it has to be a list like key=value,key=value, percent-encoded, so ${consequence}`,
      ],
    });
  });
});

describe('files for https', () => {
  let folder: string;
  let certificate: string;
  let key: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tta-tls-'));
    certificate = join(folder, 'certificate.pem');
    key = join(folder, 'key.pem');
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const out = ['-keyout', key, '-out', certificate, '-days', '1', '-subj', '/CN=localhost'];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...curve, ...out], { stdio: 'ignore' });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('are read', () => {
    const { tls, problems } = read({
      CERTIFICATE: certificate,
      CLIENT_CERTIFICATE: certificate,
      TRACES_CLIENT_KEY: key,
    });
    expect(problems).toBeUndefined();
    expect(tls).toEqual({
      ca: expect.stringContaining('BEGIN CERTIFICATE'),
      cert: expect.stringContaining('BEGIN CERTIFICATE'),
      key: expect.stringContaining('BEGIN PRIVATE KEY'),
    });
    expect(Object.keys(read({ CERTIFICATE: certificate }).tls ?? {})).toEqual(['ca']);
  });

  it('are read where something is sent', () => {
    const missing = { CERTIFICATE: join(folder, 'none') };
    expect(read(missing, undefined, 'logs').tls).toBeUndefined();
    expect(read({ ...missing, ENDPOINT: 'https://a.test' }, undefined, 'logs').tls).toBe('unusable');
  });

  it('make https unusable when they cannot be read or used', () => {
    const odd = join(folder, 'odd.pem');
    writeFileSync(odd, '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n');
    const otherKey = join(folder, 'other.pem');
    const generated = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
    writeFileSync(otherKey, generated.export({ type: 'pkcs8', format: 'pem' }));
    const plain = join(folder, 'plain');
    writeFileSync(plain, 'hello');
    const cases: [Env, RegExp][] = [
      [
        { CERTIFICATE: join(folder, 'none') },
        /CERTIFICATE is ".*none"; .* \(ENOENT.*so nothing is sent by https with it\.$/,
      ],
      [{ CERTIFICATE: folder }, /\(it is no file of at most 1 MiB\)/],
      [{ CERTIFICATE: plain }, /\(it holds no PEM\)/],
      [{ CLIENT_CERTIFICATE: odd, CLIENT_KEY: key }, /CLIENT_CERTIFICATE is ".*odd.pem"; /],
      [{ CLIENT_CERTIFICATE: certificate, CLIENT_KEY: certificate }, /CLIENT_KEY is ".*certificate.pem"; /],
      [
        { CLIENT_CERTIFICATE: certificate },
        /CLIENT_CERTIFICATE is .*set together with OTEL_EXPORTER_OTLP_CLIENT_KEY/,
      ],
      [
        { TRACES_CLIENT_KEY: key },
        /TRACES_CLIENT_KEY is .*together with OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE/,
      ],
    ];
    for (const [env, problem] of cases) {
      const { tls, problems } = read(env);
      expect([env, tls]).toEqual([env, 'unusable']);
      expect(problems).toEqual([expect.stringMatching(problem)]);
    }
  });
});

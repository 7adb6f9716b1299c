import { X509Certificate } from 'node:crypto';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { createSecureContext } from 'node:tls';
import { InvalidOptionError } from '@tta/obs-context';
import type { OtlpEndpoint, TlsOptions } from './destination.ts';
import { secretsIn } from './message-line.ts';
import type { Signal } from './signal.ts';

/** Where a destination is and what is sent along, checked. */
export interface Endpoint {
  /** Without user name and password. */
  readonly url: URL;
  /** By lower-case names; holds the user name and password of the address as basic authentication. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  /** What no message may show: values of headers, user name and password, the query. */
  readonly secrets: readonly string[];
}

/** @throws InvalidOptionError for an address, a header or a certificate that cannot be used. */
export function readEndpoint(
  { name, url: address, headers = {}, tls = {} }: OtlpEndpoint,
  signal: Signal,
): Endpoint {
  const url = readUrl(name, address, signal);
  const written = [url.username, url.password];
  const login = written.map((part) => decodePart(name, part, signal));
  url.username = url.password = '';
  const sent: Record<string, string> = { 'user-agent': 'tta-obs' };
  if (login.some((part) => part !== ''))
    sent['authorization'] = `Basic ${Buffer.from(login.join(':')).toString('base64')}`;
  for (const [header, value] of Object.entries(headers)) {
    checkHeader(name, header, value);
    sent[header.toLowerCase()] = value;
  }
  checkCertificates(name, tls);
  const { authorization = '' } = sent;
  const secrets = secretsIn([
    ...Object.values(headers),
    authorization,
    ...login,
    ...written,
    ...secretsOfQuery(url),
  ]);
  return { url, headers: sent, tls, secrets };
}

/** The query and its values, as they are sent and as they are meant: both may be echoed. */
function secretsOfQuery({ search, searchParams }: URL): string[] {
  const pairs = search.slice(1).split('&');
  return [search, ...pairs.map((pair) => pair.slice(pair.indexOf('=') + 1)), ...searchParams.values()];
}

function readUrl(name: string, address: string, signal: Signal): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // The address is not shown: it may hold a password.
  throw new InvalidOptionError(
    `the address for ${signal} of the destination "${name}" is none; give one like http://127.0.0.1:4318/v1/${signal}`,
  );
}

function decodePart(name: string, part: string, signal: Signal): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InvalidOptionError(
      `the user name or password in the address for ${signal} of the destination "${name}" is not percent-encoded; write % as %25`,
    );
  }
}

function checkHeader(name: string, header: string, value: string): void {
  try {
    validateHeaderName(header);
    validateHeaderValue(header, value);
  } catch {
    throw new InvalidOptionError(
      `the header ${JSON.stringify(header)} of the destination "${name}" cannot be sent; ` +
        'a name is one word, a value has neither line breaks nor characters beyond Latin-1',
    );
  }
}

function checkCertificates(name: string, tls: TlsOptions): void {
  if (Object.keys(tls).length === 0) return;
  try {
    createSecureContext(tls);
    // Authorities that cannot be read are passed over there.
    if (tls.ca !== undefined) void new X509Certificate(tls.ca);
  } catch (error) {
    throw new InvalidOptionError(
      `tls of the destination "${name}" cannot be used (${(error as Error).message}); ` +
        'give ca, cert and key in PEM, cert and key of one pair',
    );
  }
}

import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Variables } from './variables.ts';

/** Contents of files in PEM. */
export interface TlsSettings {
  /** Authorities to trust. */
  readonly ca?: string;
  /** Certificate of the client. */
  readonly cert?: string;
  readonly key?: string;
}

const largestFileBytes = 1_048_576;

/**
 * Reads the files that variables name. With one that cannot be read or used, none is: sending without the
 * authority or the certificate that was asked for would be less safe than not sending.
 *
 * @param names - The variables.
 */
export function readTls(
  variables: Variables,
  names: Readonly<Record<keyof TlsSettings, string>>,
): TlsSettings | 'unusable' | undefined {
  const instead = 'nothing is sent by https with it';
  const settings: { -readonly [Part in keyof TlsSettings]: TlsSettings[Part] } = {};
  for (const part of ['ca', 'cert', 'key'] as const) {
    const path = variables.text(names[part]);
    if (path === undefined) continue;
    try {
      settings[part] = readPem(path);
      // With the key comes last whether it is the certificate's.
      createSecureContext(settings);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      variables.reject(names[part], path, `a file in PEM that can be read (${code ?? message})`, instead);
      return 'unusable';
    }
  }
  if ((settings.cert === undefined) === (settings.key === undefined)) {
    return Object.keys(settings).length > 0 ? settings : undefined;
  }
  const alone = settings.cert === undefined ? names.key : names.cert;
  const other = settings.cert === undefined ? names.cert : names.key;
  variables.reject(alone, variables.text(alone), `set together with ${other}`, instead);
  return 'unusable';
}

function readPem(path: string): string {
  const stats = statSync(path);
  if (!stats.isFile() || stats.size > largestFileBytes) throw new Error('it is no file of at most 1 MiB');
  const text = readFileSync(path, 'utf8');
  // For an authority Node itself takes anything in silence, and then trusts nobody.
  if (!text.includes('-----BEGIN ')) throw new Error('it holds no PEM');
  return text;
}

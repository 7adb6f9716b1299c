import { findElementSecrets, findKeyedSecrets, findPairedSecrets } from './keyed-secrets.ts';
import type { SecretKeyRule } from './secret-key.ts';
import type { Found } from './secret-span.ts';
import type { TextTraits } from './text-traits.ts';

/**
 * Finds the secrets of a text that a name in front of them gives away: `?api_key=x`, `Password=x;`, `"token": "x"`, also
 * as JSON in JSON, `Cookie: x`, `--password x`, `<password>x</password>`. What it finds may overlap. Time grows with the
 * length of the text alone.
 *
 * @param has - See {@link textTraits}.
 */
export function findNamedSecrets(text: string, has: TextTraits, isSecret: SecretKeyRule, found: Found): void {
  if (!has.separator && !has.dashes && !has.quotes) return;
  findKeyedSecrets(text, isSecret, found);
  if (text.includes('<')) findElementSecrets(text, isSecret, found);
  findPairedSecrets(text, isSecret, found);
}

import { findPrivateKeys } from './private-keys.ts';
import type { Found } from './secret-span.ts';
import type { TextTraits } from './text-traits.ts';
import { findAuthSchemes, findShapes, findTokens } from './token-formats.ts';
import { findUrlCredentials } from './url-credentials.ts';

/**
 * Finds the secrets of a text that their form gives away: tokens of known services, JSON web tokens, private keys,
 * passwords in URLs, credentials behind `Bearer` and `Basic`. What it finds may overlap. Time grows with the length of
 * the text alone.
 *
 * @param has - See {@link textTraits}.
 */
export function findFormedSecrets(text: string, has: TextTraits, found: Found): void {
  if (has.longRun) {
    findTokens(text, found);
    findShapes(text, found);
  }
  if (has.dashes || has.separator) findPrivateKeys(text, found);
  if (has.separator) findUrlCredentials(text, found);
  if (has.schemeEnd) findAuthSchemes(text, found);
}

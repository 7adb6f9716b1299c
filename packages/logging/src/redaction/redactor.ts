import { InvalidOptionError } from '@tta/obs-context';
import { secretKeyRule } from '@tta/obs-context/secrets';
import { fieldValue } from '../field-value.ts';
import { findSecrets, type SecretPattern } from './find-secrets.ts';

/** What {@link createRedactor} looks for beside what it knows. */
export interface RedactorOptions {
  /**
   * Further names of fields whose values are secret, in any style, beside passwords, tokens, keys, cookies and
   * the like: `pin` also stands for `cardPin` and `CARD_PIN`.
   */
  readonly keys?: readonly string[];
  /** Further patterns that are looked for in every text. */
  readonly patterns?: readonly SecretPattern[];
  /** Longer texts are cut to so many characters. @defaultValue 32768 */
  readonly maxLength?: number;
}

/** Takes secrets out of texts and values, and says what it took: `[redacted:email]`. */
export interface Redactor {
  /** The text without its secrets. One that is too long is cut, and says by how much. */
  text(text: string): string;
  /**
   * A copy of any value without its secrets that is safe to print as JSON: names of fields decide as well as what
   * stands in texts, in names of fields and in keys of maps. It has 8 levels, 200 entries of each object or list, 2,000
   * values and 262,144 characters at most. Streams, binary data and contexts of runs are named, not read.
   *
   * @param characters - Of all its texts together, where fewer do: it takes less time.
   */
  value(value: unknown, characters?: number): unknown;
}

const defaultMaxLength = 32_768;
/** So much behind the cut is looked at, for a secret that begins before it. No secret needs more to be told. */
const lookAhead = 4_096;
/** `pwd=x`. */
const shortestSecretText = 5;

/**
 * Finds secrets by the names of fields (`password`, `X-Api-Key`, `clientSecret`), by the names that stand before
 * them in a text (`password=…`, `"token": "…"`, `--api-key …`), and by their form: tokens of known services, JSON
 * web tokens, private keys, passwords in URLs, e-mail addresses, numbers of payment cards. It takes time in
 * proportion to the text, whatever the text is.
 *
 * It cannot know a secret without a form or a name. It does not look into encoded text (Base64, percent encoding).
 *
 * @throws `OBS_ERR_INVALID_OPTION` for a pattern without a usable kind, or a length that is not positive.
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const { keys = [], maxLength = defaultMaxLength } = options;
  if (!(maxLength > 0))
    throw new InvalidOptionError(
      `maxLength of the redactor is ${maxLength}; give a positive number of characters`,
    );
  const patterns = (options.patterns ?? []).map(globalPattern);
  const isSecretKey = secretKeyRule(keys);

  const text = (whole: string): string => {
    if (whole.length < shortestSecretText && patterns.length === 0) return whole;
    const isCut = whole.length > maxLength;
    const seen = isCut ? whole.slice(0, maxLength + lookAhead) : whole;
    const spans = findSecrets(seen, isSecretKey, patterns);
    if (spans.length === 0 && !isCut) return whole;
    let result = '';
    let at = 0;
    for (const { start, end, kind } of spans) {
      if (start >= maxLength) break;
      result += `${seen.slice(at, start)}[redacted:${kind}]`;
      at = end;
    }
    if (!isCut) return result + seen.slice(at);
    const end = Math.max(at, maxLength);
    return `${result}${seen.slice(at, end)}… (${whole.length - end} more characters)`;
  };
  return { text, value: (value, characters) => fieldValue(value, { text, isSecretKey }, characters) };
}

function globalPattern({ kind, pattern }: SecretPattern): SecretPattern {
  if (!/^[a-z\d-]+$/.test(kind))
    throw new InvalidOptionError(
      `the kind of a redactor's pattern is "${kind}"; use lower-case letters, digits and "-"`,
    );
  if (!(pattern instanceof RegExp))
    throw new InvalidOptionError(`the pattern of the kind "${kind}" is none; give a regular expression`);
  const flags = pattern.flags.replace(/[gy]/g, '');
  return { kind, pattern: new RegExp(pattern.source, `${flags}g`) };
}

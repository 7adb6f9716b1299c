/** A secret in a line of text. `value` must never be printed, sent or stored: see {@link maskSecret}. */
export interface SecretMatch {
  readonly kind: string;
  readonly value: string;
  /** Where `value` begins in the line. */
  readonly index: number;
}

interface SecretPattern {
  readonly kind: string;
  /** Group 1 is the secret. */
  readonly pattern: RegExp;
  /** A value of any form, so that it must also look random to count. */
  readonly isGeneric?: boolean;
}

const NAME = String.raw`(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key)`;

const PATTERNS: readonly SecretPattern[] = [
  { kind: 'AWS access key', pattern: /\b((?:AKIA|ASIA)[A-Z0-9]{16})\b/g },
  {
    kind: 'AWS secret key',
    pattern: /aws_?secret_?(?:access_?)?key["']?\s*[:=]\s*["']?([A-Za-z0-9/+]{40})\b/gi,
  },
  { kind: 'GitHub token', pattern: /\b(gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{40,255})\b/g },
  { kind: 'GitLab token', pattern: /\b(glpat-[A-Za-z0-9_-]{20,})/g },
  { kind: 'Slack token', pattern: /\b(xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,})/g },
  {
    kind: 'Slack webhook',
    pattern: /hooks\.slack\.com\/services\/(T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{16,})/g,
  },
  {
    kind: 'model API key',
    pattern: /\b(sk-(?:proj-|svcacct-|ant-|or-)?(?=[\w-]*[A-Za-z0-9]{16})[\w-]{20,})/g,
  },
  { kind: 'npm token', pattern: /\b(npm_[A-Za-z0-9]{36})\b/g },
  { kind: 'Google API key', pattern: /\b(AIza[A-Za-z0-9_-]{35})\b/g },
  { kind: 'Stripe key', pattern: /\b((?:sk|rk)_live_[A-Za-z0-9]{20,})\b/g },
  {
    kind: 'password in a URL',
    pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`]+:([^\s:/@"'`]{8,})@/gi,
    isGeneric: true,
  },
  {
    kind: 'password or key',
    pattern: new RegExp(
      String.raw`${NAME}["'\]]{0,2}\s*(?::\s*string\s*)?(?::=|=>|[:=])\s*["'\`]([^"'\`\s]{8,200})["'\`]`,
      'gi',
    ),
    isGeneric: true,
  },
  {
    kind: 'password or key',
    pattern: new RegExp(
      String.raw`^\s*(?:export\s+)?[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|ACCESS_KEY)[A-Z0-9_]*=([^\s"'\`]{8,200})\s*$`,
      'g',
    ),
    isGeneric: true,
  },
];

const QUICK =
  /AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|xapp|slack|sk-|npm_|AIza|_live_|:\/\/|pass|pwd|secret|token|credential|key/i;

const PLACEHOLDER =
  /example|sample|placeholder|change[_-]?me|replace|dummy|fake|redacted|your[_-]|my[_-]?(?:pass|secret|token|key)|insert|todo|none|null|undefined|xxxx|\.\.\.|\*\*\*|1234567|abcdefgh|qwerty|localhost/i;
/** Words of which dummies are made; what is left of a value without them must still be long. */
const DUMMY_WORDS = /pass(?:word|wd|phrase)?|secret|test(?:ing)?|token|key|user|admin|root|postgres|mysql/gi;
/** What stands before the secret where a value is an assignment or a header: `HEADERS=authorization=Bearer%20`. */
const ASSIGNMENT = /^(?:[A-Za-z_][\w.-]*[=:])*(?:(?:bearer|basic|token)(?:%20|[+:]))?/i;
const REFERENCE =
  /[${}<>()[\]|\\]|%[({s]|process\.env|os\.environ|getenv|^env[.:]|^vault:|^[./~]|^https?:|^@/i;
const TEST_PATH = /(?:^|[/._-])(?:tests?|specs?|__tests__|fixtures?|mocks?|testdata|examples?)(?:[/._-]|$)/i;

/** Finds secrets in one line. Generic passwords do not count in tests and fixtures, known token formats do. */
export function findSecretsInLine(text: string, path = ''): readonly SecretMatch[] {
  if (!QUICK.test(text)) return [];
  const found: SecretMatch[] = [];
  for (const { kind, pattern, isGeneric = false } of PATTERNS) {
    if (isGeneric && isTestPath(path)) continue;
    for (const match of text.matchAll(pattern)) {
      const value = match[1] ?? '';
      const index = match.index + match[0].lastIndexOf(value);
      if (isGeneric ? !looksRandom(value) : isObviousDummy(value)) continue;
      if (
        found.some((other) => index < other.index + other.value.length && other.index < index + value.length)
      )
        continue;
      found.push({ kind, value, index });
    }
  }
  return found;
}

const KEY_BEGIN = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/;

/**
 * Whether a private key begins in `text`: its header, followed by key material on the same line (written with `\n`)
 * or on the next. A header alone is code that looks for keys.
 */
export function beginsPrivateKey(text: string, nextText = ''): boolean {
  const match = KEY_BEGIN.exec(text);
  if (match === null) return false;
  const rest = text.slice(match.index + match[0].length);
  return (
    /^(?:\\n|\s)+[A-Za-z0-9+/=]{24,}/.test(rest) ||
    /^\W*[A-Za-z0-9+/]{24,}={0,2}\W*(?:\\n\W*)?$/.test(nextText) ||
    /^\W*Proc-Type:/.test(nextText)
  );
}

/** How a secret is named in reports: its first four characters and its length. */
export function maskSecret(value: string): string {
  return `${value.slice(0, 4)}… (${value.length} characters)`;
}

/** Replaces every secret in a text of many lines. */
export function redactSecrets(text: string): string {
  const withoutKeys = text.replace(
    /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]+-----|$)/g,
    '[private key removed]',
  );
  return withoutKeys
    .split('\n')
    .map((line) =>
      [...findSecretsInLine(line)]
        .sort((a, b) => b.index - a.index)
        .reduce(
          (rest, { kind, value, index }) =>
            `${rest.slice(0, index)}[${kind} removed]${rest.slice(index + value.length)}`,
          line,
        ),
    )
    .join('\n');
}

export function isTestPath(path: string): boolean {
  return TEST_PATH.test(path);
}

function isObviousDummy(value: string): boolean {
  return (
    /example|x{6,}|0{8,}|\*{3}|\.{3}|your|placeholder|redacted/i.test(value) ||
    new Set(value.slice(4)).size <= 3
  );
}

/** Mixed kinds of characters, enough entropy, and neither a placeholder, a reference, a path nor an identifier. */
function looksRandom(value: string): boolean {
  if (PLACEHOLDER.test(value) || REFERENCE.test(value)) return false;
  if (value.replace(DUMMY_WORDS, '').length < 6) return false;
  if (isName(value) || isName(value.replace(ASSIGNMENT, ''))) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
  return kinds >= 2 && entropyBits(value) >= 2.9;
}

/** Words joined by -, _, . or : are names of things ("access-token-v2"), not secrets. */
function isName(value: string): boolean {
  return /^[A-Za-z]+(?:[-_.:/][A-Za-z]+)*(?:[-_.:]?v?\d{1,2})?$/.test(value);
}

/** Shannon entropy of the characters, in bits a character. */
export function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  const total = Array.from(value).length;
  return [...counts.values()].reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0);
}

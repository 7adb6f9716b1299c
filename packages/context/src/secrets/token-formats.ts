import { eachMatch } from './each-match.ts';
import type { Found } from './secret-span.ts';

interface TokenFormat {
  readonly kind: string;
  readonly prefix: string;
  /** What must follow the prefix. Bounded, so that many prefixes in a row cost no more than their number. */
  readonly rest: RegExp;
  /** Whether the prefix also stands inside of harmless words. */
  readonly needsBoundary?: true;
}

const format = (kind: string, prefix: string, rest: string, needsBoundary?: true): TokenFormat => ({
  kind,
  prefix,
  rest: new RegExp(rest, 'y'),
  ...(needsBoundary && { needsBoundary }),
});

/** Credentials that can be told by their form, wherever they stand. The longer of two prefixes comes first. */
const formats: readonly TokenFormat[] = [
  format('aws-access-key', '(?:AKIA|ASIA|ABIA|ACCA)', '[A-Z0-9]{16}'),
  format('aws-key', 'ABSK', '[A-Za-z0-9+/]{80}'),
  format('aws-token', '(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)', '[\\w+/%=-]{40,8192}'),
  format('github-token', 'github_pat_', '\\w{22}'),
  format('github-token', 'gh[opusr]_', '[A-Za-z0-9]{20}'),
  format(
    'gitlab-token',
    'gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas|ffct)-',
    '[\\w-]{20}[\\w-]{0,300}(?:\\.\\d\\d\\.[a-z0-9]{9})?',
  ),
  format('gitlab-token', 'GR1348941', '[\\w-]{20}'),
  format('slack-token', 'xoxd-', '(?:[\\w+/=-]|%[0-9A-Fa-f]{2}){10,512}'),
  format('slack-token', 'xox[abceoprs][-.]', '[A-Za-z0-9.-]{10}'),
  format('slack-token', 'xapp-', '\\d-[A-Za-z0-9-]{10}'),
  format('slack-webhook', 'hooks\\.slack\\.com/(?:services|workflows|triggers)/', '[\\w/-]{16}'),
  format('discord-webhook', 'discord(?:app)?\\.com/api/webhooks/', '\\d{8,24}/[\\w-]{16}'),
  format('stripe-key', '(?:[ers]k|sk_org)_(?:live|test)_', '\\w{10}'),
  format('stripe-secret', '(?:pi|seti|cs)_[A-Za-z0-9]{14,64}_secret_', '\\w{10}'),
  format('elevenlabs-key', 'sk_', '[0-9a-f]{48}', true),
  format('webhook-secret', 'whsec_', '[\\w+/=-]{16}'),
  format('google-api-key', 'AIza', '[\\w-]{35}'),
  format('google-token', 'ya29\\.', '[\\w-]{20}'),
  format('google-secret', 'GOCSPX-', '[\\w-]{20}'),
  format('anthropic-key', 'sk-ant-', '[\\w-]{16}'),
  format('openai-key', 'sk-(?:proj|svcacct|admin|or)-', '[\\w-]{16}'),
  // A part with letters and digits is none of words and numbers: `sk-1234-some-branch-name`.
  format(
    'api-key',
    '(?:sk|csk)-',
    '(?=[\\w-]{0,64}?(?<![A-Za-z0-9])(?=[A-Za-z]{0,64}\\d)(?=\\d{0,64}[A-Za-z])[A-Za-z0-9]{7})[\\w-]{20}',
    true,
  ),
  format('huggingface-token', 'hf_', '[A-Za-z0-9]{30}'),
  format('npm-token', 'npm_', '[A-Za-z0-9]{36}'),
  format('pypi-token', 'pypi-AgE', '[\\w-]{40}'),
  format('sendgrid-key', 'SG\\.', '[\\w-]{16,64}\\.[\\w-]{16}'),
  format('mailgun-key', 'key-', '[0-9a-f]{32}', true),
  format('twilio-key', '(?:SK|AC)[0-9a-f]', '[0-9a-f]{31}(?![A-Za-z0-9])', true),
  format('digitalocean-token', 'do[opr]_v1_', '[a-f0-9]{64}'),
  format('shopify-token', 'shp(?:at|ca|pa|ss)_', '[a-fA-F0-9]{32}'),
  format('docker-token', 'dckr_pat_', '[\\w-]{20}'),
  format('groq-key', 'gsk_', '[A-Za-z0-9]{40}'),
  format('replicate-token', 'r8_', '[A-Za-z0-9]{37}'),
  format('nvidia-key', 'nvapi-', '[\\w-]{40}'),
  format('xai-key', 'xai-', '[A-Za-z0-9]{40}'),
  format('perplexity-key', 'pplx-', '[A-Za-z0-9]{40}'),
  format('langsmith-key', 'lsv2_[ps][tk]_', '[a-f0-9]{32}'),
  format('linear-key', 'lin_api_', '[A-Za-z0-9]{32}'),
  format('notion-token', '(?:ntn|secret)_', '[A-Za-z0-9]{40}'),
  format('vault-token', 'hv[sbr]\\.', '[\\w-]{24}'),
  format('databricks-token', 'dapi', '[0-9a-f]{32}', true),
  format('atlassian-token', 'ATATT3', '[\\w=-]{40}'),
  format('postman-key', 'PMAK-', '[a-f0-9]{24}-[a-f0-9]{34}'),
  format('newrelic-key', 'NRAK-', '[A-Z0-9]{27}'),
  format('square-token', 'sq0(?:atp|csp|idp)-', '[\\w-]{22}'),
  format('brevo-key', 'xkeysib-', '[a-f0-9]{64}'),
  format('heroku-key', 'HRKU-', '[\\w-]{36}'),
  format('fly-token', 'fo1_', '[\\w-]{40}', true),
  format('fly-token', 'fm[12][ar]?_', '[\\w+/=-]{40,8192}', true),
  format('render-key', 'rnd_', '[A-Za-z0-9]{28}', true),
  format('vercel-token', 'vc[aikpr]_', '[A-Za-z0-9]{24}', true),
  format('netlify-token', 'nf[cpu]_', '[A-Za-z0-9]{36}', true),
  format('supabase-key', 'sbp_', '[a-f0-9]{40}', true),
  format('supabase-key', 'sb_secret_', '[\\w-]{20}'),
  format('planetscale-token', 'pscale_(?:tkn|pw|oauth)_', '[\\w-]{32}'),
  format('neon-key', 'napi_', '[a-z0-9]{40}', true),
  format(
    'doppler-token',
    'dp\\.(?:ct|pt|st|sa|scim|audit)\\.',
    '(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40}',
    true,
  ),
  format('1password-token', 'ops_eyJ', '[\\w-]{40}'),
  format('pulumi-token', 'pul-', '[a-f0-9]{40}', true),
  format('terraform-token', '[A-Za-z0-9]{14}\\.atlasv1\\.', '[\\w-]{40}'),
  format('grafana-token', 'glsa_', '[A-Za-z0-9]{32}_[a-fA-F0-9]{8}'),
  format('grafana-token', 'glc_eyJ', '[\\w+/=-]{20,1024}'),
  format('sentry-token', 'sntrys_eyJ', '[\\w+/=-]{40,1024}'),
  format('sentry-token', 'sntryu_', '[a-f0-9]{64}'),
  format('tavily-key', 'tvly-', '[\\w-]{20}'),
  format('pinecone-key', 'pcsk_', '\\w{40}'),
  format('fireworks-key', 'fw_', '(?=[A-Za-z]{0,24}\\d)[A-Za-z0-9]{24}', true),
  format('together-key', 'tgp_v1_', '[\\w-]{40}'),
  format('age-key', 'AGE-SECRET-KEY-1', '[0-9A-Z]{40}'),
];
const anyPrefix = new RegExp(formats.map(({ prefix }) => `(${prefix})`).join('|'), 'g');
/** Behind these a new word begins: nothing, a mark, an escaped line end, an encoded character. */
const boundary = /(?:^|[^A-Za-z0-9]|\\[nrt]|%[0-9A-Fa-f]{2})$/;
/** The rest of a token whose form allows more than is needed to tell it. */
const tail = /[\w-]*/y;

/** Finds credentials of known services: GitHub, AWS, OpenAI, Stripe and others. */
export function findTokens(text: string, found: Found): void {
  anyPrefix.lastIndex = 0;
  for (let match = anyPrefix.exec(text); match !== null; match = anyPrefix.exec(text)) {
    const prefixEnd = anyPrefix.lastIndex;
    const which = match.findIndex((group, index) => index > 0 && group !== undefined) - 1;
    const known = formats[which];
    if (known === undefined) return;
    const { kind, rest, needsBoundary } = known;
    if (needsBoundary && !boundary.test(text.slice(Math.max(0, match.index - 3), match.index))) continue;
    rest.lastIndex = prefixEnd;
    if (!rest.test(text)) continue;
    tail.lastIndex = rest.lastIndex;
    tail.test(text);
    const end = Math.max(tail.lastIndex, rest.lastIndex);
    found(match.index, end, kind);
    anyPrefix.lastIndex = end;
  }
}

// Every expression below takes in all that it has looked at, so that no character is looked at twice.
const webToken = /eyJ[\w-]*(?:(?:\.|%2E)[\w-]*){0,4}/g;
const runOf40 = /(?:\\[nrt]|%[0-9A-F]{2})?([A-Za-z0-9/+]+)/g;
const authScheme = /(bearer|basic|token)(?:[ \t]|%20)+([\w+/.~=-]*)/gi;
const azureSecret = /[\w~.-]{3}[78]Q~[\w~.-]{31,34}/g;
const mailchimpKey = /[0-9a-f]{32}-us\d{1,2}(?![A-Za-z0-9])/g;
const telegramToken = /\d{8,10}:AA[\w-]{33}/g;

/** Finds credentials that only their whole form tells: JSON web tokens, AWS secret keys, `Bearer …`, `Basic …`. */
export function findShapes(text: string, found: Found): void {
  eachMatch(webToken, text, ([whole], at) => {
    // Two parts and more behind the header; each is Base64 of something.
    if (whole.length >= 24 && /^eyJ[\w-]{5,}(?:\.|%2E)[\w-]{4,}/.test(whole))
      found(at, at + whole.length, 'jwt');
  });
  eachMatch(runOf40, text, ([whole, run = ''], at) => {
    const end = at + whole.length;
    if (run.length === 40 && looksRandom(run)) found(end - 40, end, 'aws-secret-key');
  });
  eachMatch(azureSecret, text, ([whole], at) => found(at, at + whole.length, 'azure-secret'));
  eachMatch(mailchimpKey, text, ([whole], at) => found(at, at + whole.length, 'mailchimp-key'));
  eachMatch(telegramToken, text, ([whole], at) => found(at, at + whole.length, 'telegram-token'));
}

/** A form that is told by itself, whatever stands around it. */
export interface BareForm {
  /** The source of an expression for a part of it that is a handful of literal texts, each of 3 characters or more. */
  readonly sign: string;
  /** Sticky where the form begins with its sign. */
  readonly pattern: RegExp;
}

/**
 * The forms that {@link findTokens} and {@link findShapes} know, but for web tokens and runs of 40 characters. They
 * ask for no boundary: each finds at least what those find.
 */
export function bareForms(): readonly BareForm[] {
  return [
    ...formats.map(({ prefix, rest }) => {
      // What stands before a repetition is not literal.
      const sign = prefix.replace(/^.*\}/, '');
      return { sign, pattern: bare(prefix + rest.source, sign === prefix ? 'y' : '') };
    }),
    { sign: '[78]Q~', pattern: bare(azureSecret.source) },
    { sign: '-us[0-9]', pattern: bare(mailchimpKey.source) },
    { sign: ':AA', pattern: bare(telegramToken.source) },
  ];
}

function bare(source: string, flags = ''): RegExp {
  return new RegExp(source.replace(/\(\?![^)]*\)$/, ''), flags);
}

/** Finds the credentials of HTTP authentication behind the name of their scheme. */
export function findAuthSchemes(text: string, found: Found): void {
  eachMatch(authScheme, text, ([whole, scheme = '', value = ''], at) => {
    const isCredential =
      scheme.toLowerCase() === 'basic'
        ? isUserAndPassword(value)
        : isOpaque(value) && (scheme.toLowerCase() === 'bearer' || /\d/.test(value));
    // A word behind a scheme may be a scheme itself: `Bearer token x`.
    if (!isCredential) authScheme.lastIndex -= value.length;
    if (isCredential)
      found(at + whole.length - value.length, at + whole.length, `${scheme.toLowerCase()}-credentials`);
  });
}

/** Not words: `Bearer authentication-required` is none. */
function isOpaque(value: string): boolean {
  return !/^[a-z]+(?:-[a-z]+)+$/.test(value) && mayBeOpaque(value);
}

function mayBeOpaque(value: string): boolean {
  return value.length >= 20 || (value.length >= 8 && /[^a-z.-]/.test(value) && /\d|[a-z][A-Z]/.test(value));
}

function isUserAndPassword(value: string): boolean {
  if (value.length < 4 || value.length > 4_096) return value.length > 4_096;
  const digits = value.replace(/=+$/, '');
  // What is no Base64 would throw, which takes longer than all the rest.
  return digits.length % 4 !== 1 && /^[A-Za-z0-9+/]+$/.test(digits) && atob(digits).includes(':');
}

/**
 * Whether a scheme and the beginning of what follows it may be credentials.
 *
 * @param seen - The value, and characters behind it that are not told from it.
 */
export function mayBeCredentials(scheme: 'bearer' | 'basic' | 'token', seen: string): boolean {
  if (scheme !== 'basic') return mayBeOpaque(seen) && (scheme === 'bearer' || /\d/.test(seen));
  const digits = /^[A-Za-z0-9+/]*/.exec(seen)?.[0] ?? '';
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return seen.length > 4_096 || atob(whole).includes(':');
}

/** Forty characters of Base64; a hash in hexadecimal, a path and a long name change their kind of character less often. */
export function looksRandom(text: string): boolean {
  const kinds = new Set<string>();
  let changes = 0;
  let last = '';
  for (const character of text) {
    const kind = kindOf(character);
    if (kind === 'mark') continue;
    if (kind !== last) changes++;
    last = kind;
    kinds.add(kind);
  }
  return changes >= 14 && ['digit', 'lower', 'upper'].every((kind) => kinds.has(kind));
}

function kindOf(character: string): string {
  if (character >= '0' && character <= '9') return 'digit';
  if (character >= 'a' && character <= 'z') return 'lower';
  return character >= 'A' && character <= 'Z' ? 'upper' : 'mark';
}

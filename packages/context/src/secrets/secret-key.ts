import { visibleText } from './visible-text.ts';

/** What the value of a field is, told by the field's name; `undefined` where the name gives no reason to hide it. */
export type SecretKeyRule = (key: string) => string | undefined;

/** Longer names are judged by their ends: `deep.path.to.password`. */
const longestKey = 128;
/** Names repeat; what is remembered about them is bounded. */
const mostRemembered = 2_000;

/** No name without one of these is secret, which spares most names the rest. */
const suspicious =
  /pass|pwd|pswd|pw|kennwort|secret|token|key|auth|bearer|cookie|cred|connection|card|cvv|cvc|ssn|social|otp|code|jwt|csrf|xsrf|sig|saml|sess|sid|assertion|phrase|mnemonic/i;

/** Behind these a token is a piece of text, a place in a list or a signal, not a credential. */
const harmlessToken =
  /(?:^|_)(?:a|avg|bos|cached?|cancel(?:lation)?|completion|continuation|cost|delimiter|each|end|eos|every|first|input|last|mask|max|mean|min|next|one|output|pad|page|per|prev(?:ious)?|prompt|reasoning|sep|special|start|stop|sync|total|unexpected|unk)_token$/;

/** Ends of names in lower case with `_` between words; what may follow them does not change what the value is. */
const secretNames: readonly (readonly [kind: string, ends: string])[] = [
  ['one-time-code', '(?:^|_)t?otp|(?:mfa|one_time|verification|pin|auth(?:orization)?)_code'],
  [
    'password',
    'pass(?:word|wort|wd|code)s?|kennwort|(?:^|_)(?:pwd|pw|pswd)|(?:^|_)(?:admin|db|ftp|mail|mongo|mysql|pg|postgres|redis|root|smtp|ssh|user)_?pass',
  ],
  ['passphrase', 'passphrases?'],
  ['mnemonic', '(?:^|_)mnemonic|(?:seed|recovery)_?phrase'],
  ['session', '^sid$|connect_sid|^(?:php|j)sessionid$|^phpsessid$|asp_net_session_?id'],
  ['api-key', '(?:^|_)(?:api|app|application|functions|instrumentation)_?keys?|api_?keys?'],
  [
    'key',
    '(?:^|_|aws)(?:access|account|auth|client|encryption|hmac|license|licence|master|private|session|shared|signing|ssh|subscription)_?(?:access_?)?keys?|(?:^|_)(?:priv|ssl|tls)_?keys?|private_?keys?|secret_?(?:access_?)?keys?(?:_base)?',
  ],
  ['secret', 'secrets?(?:_binary|_string)?'],
  [
    'token',
    'token|(?:access|api|auth|bearer|device|id|push|refresh|session)_?tokens|(?:^|_)(?:bearer|jwt|csrf|xsrf)|saml_?response|client_?assertion|code_?verifier',
  ],
  ['authorization', '(?:^|_)(?:proxy_?)?authorization'],
  ['cookie', 'cookies?'],
  ['credentials', 'credentials?|(?:^|_)(?:basic_?)?auth'],
  ['connection-string', 'connection_?str(?:ing)?'],
  ['card-number', '(?:credit_?card|card)_?(?:number|no)|(?:^|_)credit_?card'],
  ['card-code', '(?:^|_)(?:cvv|cvc)2?|card_(?:security_)?code'],
  ['ssn', '(?:^|_)(?:ssn|social_security_(?:number|no))'],
  ['signature', '(?:^|_)sig|(?:amz|goog|hub)_signature(?:_256)?'],
];
const mayFollow =
  '(?:_?(?:b64|base64|again|confirm(?:ation)?|current|data|dev(?:elopment)?|digest|enc(?:rypted)?|hash(?:ed)?|header|new|old|pem|plain(?:text)?|prod(?:uction)?|raw|repeat(?:ed)?|staging|string|test|value))*_?(?:v?\\d+)?$';
const rules = secretNames.map(([kind, ends]) => ({ kind, ends: new RegExp(`(?:${ends})${mayFollow}`) }));

/** The ends of all secret names, whatever stands in front of them. */
const anyEnd = new RegExp(
  `(?:${secretNames.map(([, ends]) => ends.replace(/\(\?:\^\|_(?:\|\w+)?\)|[$^]/g, '')).join('|')})${mayFollow}`,
);

/**
 * Knows secret names in any case and style: `client_secret`, `X-Api-Key`, `dbPassword`, `DBPASSWORD`. The end of
 * a name decides: `access_token` is one, `token_count` is not.
 *
 * @param more - Further names, of which each also stands for those that end with it: `pin` for `cardPin`.
 */
export function secretKeyRule(more: readonly string[] = []): SecretKeyRule {
  const own = more.map(wordsOf).filter((name) => name !== '');
  return remembering((written) => {
    const key = visibleText(written)?.text ?? written;
    if (own.length === 0 && !suspicious.test(key)) return undefined;
    const words = wordsOf(key.slice(-longestKey));
    const name = own.find((end) => words === end || words.endsWith(`_${end}`));
    if (name !== undefined) return name.replaceAll('_', '-');
    if (harmlessToken.test(words)) return undefined;
    return rules.find(({ ends }) => ends.test(words))?.kind;
  });
}

/**
 * Tells of a name whose beginning is not known, as where a message does not say where its texts begin, whether a part of
 * it up to its end may be secret by {@link secretKeyRule}.
 */
export function secretKeyEndRule(): (name: string) => boolean {
  return remembering((name) => {
    const words = wordsOf(name);
    return anyEnd.test(words) && !harmlessToken.test(words);
  });
}

/** Names that are too long are judged by their ends. */
function remembering<Verdict>(judge: (key: string) => Verdict): (key: string) => Verdict {
  const remembered = new Map<string, Verdict>();
  return (written) => {
    if (written.length > longestKey) return judge(written.slice(-longestKey));
    const known = remembered.get(written);
    if (known !== undefined || remembered.has(written)) return known as Verdict;
    if (remembered.size >= mostRemembered) remembered.clear();
    const verdict = judge(written);
    // A part of a text would keep all of the text in memory.
    remembered.set([...written].join(''), verdict);
    return verdict;
  };
}

/** `X-Api-Key`, `xApiKey` and `X_API_KEY` are all `x_api_key`. */
function wordsOf(key: string): string {
  return key
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z\d]+/g, '_')
    .replace(/^_|_$/g, '')
    .toLowerCase();
}

import {
  findFormedSecrets,
  findNamedSecrets,
  mayHoldSecret as mayHold,
  mergedSpans,
  secretKeyRule,
  type SecretSpan,
  textTraits,
} from '@tta/obs-context/secrets';

/** Stands for the value of an attribute whose key names a secret. */
export const REDACTED_VALUE = '[redacted:secret]';

const kindOfKey = secretKeyRule();

/** Whether the key of an attribute says that its value is a secret: `db.password`, `http.request.header.authorization`. */
export function isSecretKey(key: string): boolean {
  return kindOfKey(key) !== undefined;
}

/**
 * Whether the body of a request, protobuf or JSON, may hold a text that {@link redactSecrets} changes. What it denies is
 * certain; what it affirms is a guess that is seldom wrong. It takes about as long as to copy the body.
 */
export function mayHoldSecret(body: Uint8Array): boolean {
  return mayHold(body);
}

/** Shorter texts are searched as fast as it takes to make bytes of them. */
const longText = 512;

/**
 * The text without the secrets that are known by their form or by a name in front of them: `[redacted:github-token]`,
 * `?api_key=[redacted:api-key]`. E-mail addresses and numbers of payment cards stay. Takes time in proportion to the text, whatever the text is.
 */
export function redactSecrets(text: string): string {
  // A search for all forms takes ten times as long.
  if (text.length >= longText && !mayHold(Buffer.from(text))) return text;
  const spans: SecretSpan[] = [];
  const traits = textTraits(text);
  const found = (start: number, end: number, kind: string): void => void spans.push({ start, end, kind });
  findFormedSecrets(text, traits, found);
  findNamedSecrets(text, traits, kindOfKey, found);
  let result = '';
  let at = 0;
  for (const { start, end, kind } of mergedSpans(spans, text)) {
    result += `${text.slice(at, start)}[redacted:${kind}]`;
    at = end;
  }
  return at === 0 ? text : result + text.slice(at);
}

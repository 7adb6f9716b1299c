import {
  findFormedSecrets,
  findNamedSecrets,
  type Found,
  mergedSpans,
  type SecretKeyRule,
  type SecretSpan,
  type TextTraits,
  textTraits,
  visibleText,
} from '@tta/obs-context/secrets';
import { findEmails } from './emails.ts';
import { findPaymentCards } from './payment-cards.ts';

/** A pattern of the program's own; the whole match is the secret. */
export interface SecretPattern {
  /** Goes into the replacement: `[redacted:order-pin]`. Lower-case letters, digits and `-`. */
  readonly kind: string;
  /** Runs over every text; one that backtracks without bound stops the program. */
  readonly pattern: RegExp;
}

/** The secrets of a text in their order; none overlaps another. Time grows with the length of the text alone. */
export function findSecrets(
  text: string,
  isSecretKey: SecretKeyRule,
  patterns: readonly SecretPattern[],
): readonly SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (const { kind, pattern } of patterns) {
    for (const { 0: match, index } of text.matchAll(pattern)) {
      if (match !== '') spans.push({ start: index, end: index + match.length, kind });
    }
  }
  const traits = textTraits(text);
  const visible = traits.unseen ? visibleText(text) : undefined;
  if (visible === undefined) {
    findKnown(text, traits, isSecretKey, spans);
  } else {
    const seen: SecretSpan[] = [];
    findKnown(visible.text, textTraits(visible.text), isSecretKey, seen);
    for (const { start, end, kind } of seen)
      spans.push({ start: visible.place(start), end: visible.place(end - 1) + 1, kind });
  }
  return mergedSpans(spans, text);
}

function findKnown(text: string, has: TextTraits, isSecretKey: SecretKeyRule, spans: SecretSpan[]): void {
  const found: Found = (start, end, kind) => void spans.push({ start, end, kind });
  findFormedSecrets(text, has, found);
  findNamedSecrets(text, has, isSecretKey, found);
  if (has.digits) findPaymentCards(text, found);
  if (has.at) findEmails(text, new Set(spans.map(({ end }) => end)), found);
}

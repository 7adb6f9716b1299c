import type { Found } from './secret-span.ts';

/** Groups as they are printed on cards, or no groups. No part of a longer number, a fraction, a hash or a UUID. */
const candidate =
  /(?<=^|[^\w%]|%[0-9A-F]{2}|\\[nrt])(?<![0-9a-f]{4}-)(?<!\d[.,])(?:\d{13,19}|\d{4}([ .\u00a0-]{1,2})\d{4}\1\d{4}\1\d{1,7}|\d{4}([ .\u00a0-]{1,2})\d{6}\2\d{4,5})(?![\w]|[.,]\d|-[0-9a-f]{4})/g;
/** First digits of the networks: American Express and Diners, Visa, Mastercard, Discover and UnionPay, Mir. */
const network = /^(?:3[0-9]|4|5[0-9]|6|2[2-7])/;

/** Finds numbers of payment cards by their length, network and check digit (ISO/IEC 7812-1 annex B). */
export function findPaymentCards(text: string, found: Found): void {
  candidate.lastIndex = 0;
  for (let match = candidate.exec(text); match !== null; match = candidate.exec(text)) {
    if (isPaymentCard(match[0].replace(/\D/g, '')))
      found(match.index, match.index + match[0].length, 'payment-card');
  }
}

/** @param digits - Digits alone. */
export function isPaymentCard(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || !network.test(digits)) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const doubled = digit * 2;
    sum += place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && !/^(\d)\1*$/.test(digits);
}

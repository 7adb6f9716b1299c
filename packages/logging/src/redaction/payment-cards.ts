import type { Found } from '@tta/obs-context/secrets';

/** Groups as they are printed on cards, or no groups. No part of a longer number, a fraction, a hash or a UUID. */
const candidate =
  /(?<=^|[^\w%]|%B|%[0-9A-F]{2}|\\[nrt])(?<![0-9a-f]{4}-)(?<!\d[.,])(?:\d{14,19}|\d{4}([ .\u00a0-]{1,2})\d{4}\1\d{4}\1\d{1,7}|\d{4}([ .\u00a0-]{1,2})\d{6}\2\d{4,5})(?![\w]|[.,]\d(?!\d\/)|-[0-9a-f]{4})/g;
/** First digits and lengths of the networks that are in use; other numbers are counters and identifiers. */
const networks: readonly RegExp[] = [
  /^4\d{15}$/, // Visa
  /^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/, // Mastercard
  /^3[47]\d{13}$/, // American Express
  /^3(?:0[0-5]|[689]\d)\d{11}$/, // Diners Club
  /^(?:6011|64[4-9]\d|65\d\d|62\d\d|35(?:2[89]|[3-8]\d)|220[0-4])\d{12,15}$/, // Discover, UnionPay, JCB, Mir
  /^(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{12,15}$/, // Maestro
];

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
  if (!networks.some((network) => network.test(digits))) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const doubled = digit * 2;
    sum += place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && !/^(\d)\1*$/.test(digits);
}

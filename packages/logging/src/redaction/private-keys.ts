import type { Found } from './secret-span.ts';

const begin = /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/y;
const mark = '-----';

/** Finds private keys in PEM (RFC 7468) and OpenPGP armour, also cut off ones. */
export function findPrivateKeys(text: string, found: Found): void {
  for (let at = text.indexOf('-----BEGIN '); at >= 0; at = text.indexOf('-----BEGIN ', at)) {
    begin.lastIndex = at;
    if (!begin.test(text)) {
      at += mark.length;
      continue;
    }
    const ending = text.indexOf('-----END ', begin.lastIndex);
    const close = ending < 0 ? -1 : text.indexOf(mark, ending + mark.length);
    const end = close < 0 ? text.length : close + mark.length;
    found(at, end, 'private-key');
    at = end;
  }
}

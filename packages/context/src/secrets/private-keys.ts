import { eachMatch } from './each-match.ts';
import type { Found } from './secret-span.ts';

const blank = '(?:[ +]|%20)';
/** PEM (RFC 7468), OpenPGP armour (RFC 9580), SSH2 (RFC 4716) and OpenVPN, whatever became of blanks and case. */
const begin = new RegExp(
  `-{4,5} ?BEGIN${blank}+(?:[A-Z0-9]+${blank}+){0,4}(?:PRIVATE${blank}+KEY(?:${blank}+BLOCK)?|STATIC${blank}+KEY${blank}+V1) ?-{4,5}`,
  'gi',
);
const end = new RegExp(`-{4,5} ?END${blank}[^\\n-]{0,64}?KEY[^\\n-]{0,16}-{4,5}`, 'gi');
const puttyStart = 'Private-Lines:';

/** Finds private keys in PEM, OpenPGP armour and the like, of PuTTY, and in JSON web keys; also cut off ones. */
export function findPrivateKeys(text: string, found: Found): void {
  if (/BEGIN/i.test(text)) findArmour(text, found);
  for (let at = text.indexOf(puttyStart); at >= 0; at = text.indexOf(puttyStart, at)) {
    const close = text.indexOf('Private-MAC:', at);
    const end = close < 0 ? text.length : close;
    found(at, end, 'private-key');
    at = end;
  }
  if (text.includes('kty')) findWebKeys(text, found);
}

function findArmour(text: string, found: Found): void {
  begin.lastIndex = 0;
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    end.lastIndex = begin.lastIndex;
    const close = end.test(text) ? end.lastIndex : text.length;
    found(match.index, close, 'private-key');
    begin.lastIndex = close;
  }
}

/** The private members of a JSON web key (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1). */
const member =
  /(?<![\w.-])(\\{0,8}["'`]?)(?:d|dp|dq|k|p|q|qi)\1[ \t]{0,4}:[ \t]{0,4}\\{0,8}["'`]([\w-]{16,8192})/g;

function findWebKeys(text: string, found: Found): void {
  eachMatch(member, text, ([whole, , value = ''], at) => {
    const close = at + whole.length;
    found(close - value.length, close, 'private-key');
  });
}

/** Characters that the headers are made of. One bit each, so that one look-up answers for any of them. */
export const hexDigit = 1;
export const stateKeyChar = 2;
export const stateValueChar = 4;
export const tokenChar = 8;
export const baggageOctet = 16;

const lowerHex = '0123456789abcdef';
const lowerAlphanumeric = '0123456789abcdefghijklmnopqrstuvwxyz';
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

const classes = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  const isVisible = code > 0x20 && code < 0x7f;
  let bits = 0;
  if (lowerHex.includes(char)) bits |= hexDigit;
  if (lowerAlphanumeric.includes(char) || '_-*/@'.includes(char)) bits |= stateKeyChar;
  if ((isVisible || char === ' ') && !',='.includes(char)) bits |= stateValueChar;
  if (letters.includes(char) || "0123456789!#$%&'*+-.^_`|~".includes(char)) bits |= tokenChar;
  if (isVisible && !'",;\\'.includes(char)) bits |= baggageOctet;
  return bits;
});

/** Whether the character at `index` is of the class; false beyond ASCII and beyond the end. */
function isOf(charClass: number, text: string, index: number): boolean {
  return ((classes[text.charCodeAt(index)] ?? 0) & charClass) !== 0;
}

/** Where the run of characters of the class that begins at `start` ends, at most `end`. */
export function endOfRun(charClass: number, text: string, start: number, end: number): number {
  let index = start;
  while (index < end && isOf(charClass, text, index)) index++;
  return index;
}

const isOws = (code: number): boolean => code === 0x20 || code === 0x09;

/** The first index from `start` that is no optional white space (RFC 9110, 5.6.3), at most `end`. */
export function skipOws(text: string, start: number, end: number): number {
  let index = start;
  while (index < end && isOws(text.charCodeAt(index))) index++;
  return index;
}

/** Where the text before `end` ends without the optional white space after it, at least `start`. */
export function trimOwsEnd(text: string, start: number, end: number): number {
  let index = end;
  while (index > start && isOws(text.charCodeAt(index - 1))) index--;
  return index;
}

/** Where the list member that begins at `start` ends: at the next comma or at the end. */
export function endOfMember(text: string, start: number): number {
  const comma = text.indexOf(',', start);
  return comma === -1 ? text.length : comma;
}

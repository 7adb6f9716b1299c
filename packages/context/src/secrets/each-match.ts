/** Calls for each match in turn; `matchAll` would copy the expression, which takes as long as a short text does. */
export function eachMatch(
  pattern: RegExp,
  text: string,
  take: (match: RegExpExecArray, at: number) => void,
): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match[0] === '') pattern.lastIndex++;
    else take(match, match.index);
  }
}

/** How long a text is, in a unit that is read at a glance: `312 characters`, `48 KB`, `5.2 MB`. */
export function textSize(length: number): string {
  if (length < 1_000) return length === 1 ? '1 character' : `${length} characters`;
  if (length < 999_500) return `${Number((length / 1_000).toPrecision(length < 9_950 ? 2 : 3))} KB`;
  return `${Number((length / 1_000_000).toPrecision(length < 9_950_000 ? 2 : 3))} MB`;
}

/** Formats that have no scripts and load nothing. */
const FORMATS: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const LONGEST_DATA = 4_000_000;

/** The address of an image that a trace has in itself; `undefined` for all that is not surely one. */
export function imageSource({
  mimeType,
  data,
}: {
  readonly mimeType: string | null;
  readonly data: string;
}): string | undefined {
  const format = mimeType?.toLowerCase() ?? '';
  if (!FORMATS.has(format) || data.length > LONGEST_DATA || data === '') return undefined;
  return /^[A-Za-z0-9+/]+={0,2}$/.test(data) ? `data:${format};base64,${data}` : undefined;
}

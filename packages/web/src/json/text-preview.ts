import { withoutDirectionMarks } from '../format/plain-text.ts';

/** What fits on a line of any screen. */
const PREVIEW_LENGTH = 300;
/** What stands before a find that is further on. */
const LEAD_LENGTH = 40;

/** A text in quotes, as JSON has it: its beginning, or the surroundings of what is sought in it. */
export function textPreview(text: string, sought = ''): string {
  if (text.length <= PREVIEW_LENGTH) return quoted(text);
  const at = sought === '' ? -1 : text.toLowerCase().indexOf(sought.toLowerCase());
  const start = at + sought.length <= PREVIEW_LENGTH ? 0 : at - LEAD_LENGTH;
  const end = start + PREVIEW_LENGTH;
  return `${start > 0 ? '…' : ''}${quoted(text.slice(start, end))}${end < text.length ? '…' : ''}`;
}

function quoted(text: string): string {
  return withoutDirectionMarks(JSON.stringify(text));
}

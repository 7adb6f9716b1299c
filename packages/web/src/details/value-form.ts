import type { AttributeJson } from '@tta/obs-protocol';
import { looksLikeJson } from '../json/json-tree.ts';

const MOST_ITEMS = 8;
const LONGEST_ITEM = 40;

/** Whether a list or an object fits on a line: a few numbers, booleans and short texts. */
export function isSmall(value: AttributeJson): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const length = Array.isArray(value) ? value.length : Object.keys(value).length;
  return (
    length <= MOST_ITEMS &&
    Object.values(value).every(
      (item: AttributeJson) =>
        item === null ||
        typeof item === 'number' ||
        typeof item === 'boolean' ||
        (typeof item === 'string' && item.length <= LONGEST_ITEM),
    )
  );
}

/** Whether a value needs the whole width of the pane, below its key. */
export function isWide(value: AttributeJson): boolean {
  if (typeof value === 'string')
    return (
      value.length > 160 || value.includes('\n') || (value.length > LONGEST_ITEM && looksLikeJson(value))
    );
  return !isSmall(value);
}

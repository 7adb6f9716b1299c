import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { textSize } from '../format/text-size.ts';
import type { JsonRow } from './json-tree.ts';
import { scalarText } from './json-value.ts';
import { textPreview } from './text-preview.ts';

/** Beyond this a value is told with its size. */
const LONG_TEXT = 300;

/** What a line of the tree says: the key, and the value as JSON has it, or how much there is in it. */
export function JsonRowText({ row, sought }: { readonly row: JsonRow; readonly sought: string }) {
  const { key, kind, value } = row;
  return (
    <>
      {key !== undefined && (
        <>
          <bdi class="json-key">
            {typeof key === 'number' ? key : <MarkedText text={withoutDirectionMarks(key)} sought={sought} />}
          </bdi>
          {': '}
        </>
      )}
      {kind === 'object' || kind === 'list' ? (
        <span class="muted">{nestedText(row)}</span>
      ) : (
        <bdi class={`json-${kind}`}>
          <MarkedText
            text={typeof value === 'string' ? textPreview(value, sought) : scalarText(value)}
            sought={sought}
          />
        </bdi>
      )}
      {typeof value === 'string' && (row.canOpen || value.length > LONG_TEXT) && (
        <span class="muted json-note">
          {value.length > LONG_TEXT && textSize(value.length)}
          {row.canOpen && ' JSON in a text'}
        </span>
      )}
    </>
  );
}

function nestedText({ kind, childCount, isOpen }: JsonRow): string {
  const [left, right] = kind === 'list' ? ['[', ']'] : ['{', '}'];
  if (childCount === 0) return `${left}${right}`;
  const [one, many] = kind === 'list' ? ['item', 'items'] : ['key', 'keys'];
  const count = `${childCount.toLocaleString('en')} ${childCount === 1 ? one : many}`;
  return isOpen ? `${left} ${count}` : `${left}…${right} ${count}`;
}

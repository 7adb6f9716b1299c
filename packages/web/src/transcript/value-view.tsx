import type { AttributeJson } from '@tta/obs-protocol';
import { markedParts } from '../format/marked-parts.ts';
import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { JsonView } from '../json/json-view.tsx';
import { LongText } from '../json/long-text.tsx';
import { valueText } from './piece-text.ts';
import { parsedText } from './parsed-text.ts';

/** What stands before and behind a find in an excerpt. */
const AROUND = 120;

export interface ValueViewProps {
  readonly value: AttributeJson;
  readonly label: string;
  readonly sought: string;
}

/** What a tool was given or returned: a text as it is, also one that is JSON as a tree, with the first find above it. */
export function ValueView({ value, label, sought }: ValueViewProps) {
  const parsed = parsedText(value);
  return (
    <div class="transcript-value">
      {sought !== '' && <Excerpt text={valueText(value)} sought={sought} />}
      {typeof parsed === 'object' && parsed !== null ? (
        <JsonView value={parsed} label={label} />
      ) : (
        <div class="value-text" tabIndex={0} role="group" aria-label={label}>
          <LongText text={valueText(parsed)} />
        </div>
      )}
    </div>
  );
}

function Excerpt({ text, sought }: { readonly text: string; readonly sought: string }) {
  const [before = '', found] = markedParts(text, sought);
  if (found === undefined) return null;
  const behind = text.slice(before.length + found.length, before.length + found.length + AROUND);
  return (
    <p class="transcript-excerpt">
      {before.length > AROUND && '…'}
      {withoutDirectionMarks(before.slice(-AROUND))}
      <MarkedText text={withoutDirectionMarks(found)} sought={found} />
      {withoutDirectionMarks(behind)}
      {before.length + found.length + behind.length < text.length && '…'}
    </p>
  );
}

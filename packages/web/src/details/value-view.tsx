import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { AttributeJson } from '@tta/obs-protocol';
import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { textSize } from '../format/text-size.ts';
import { kindOfJson, looksLikeJson, parsedJson } from '../json/json-tree.ts';
import { scalarText } from '../json/json-value.ts';
import { JsonView } from '../json/json-view.tsx';
import { LongText } from '../json/long-text.tsx';
import { isSmall } from './value-form.ts';

/** A text with JSON is read at once up to this length; a longer one on demand. */
const READ_AT_ONCE = 100_000;
/** Shorter ones say no more as a tree. */
const WORTH_A_TREE = 40;
/** What is marked in a text: longer ones are searched only where they are opened. */
const MARKED_LENGTH = 3_000;

export interface ValueViewProps {
  readonly value: AttributeJson;
  /** What it is the value of. */
  readonly label: string;
  readonly sought?: string;
}

/** A value as what it is: a text as it is, numbers and booleans as JSON has them, what is nested or holds JSON as a tree. */
export function ValueView({ value, label, sought = '' }: ValueViewProps) {
  if (typeof value === 'string') {
    if (value.length > WORTH_A_TREE && looksLikeJson(value)) return <JsonText text={value} label={label} />;
    return <PlainText text={value} sought={sought} />;
  }
  if (typeof value !== 'object' || value === null)
    return (
      <code class={`json-${kindOfJson(value)}`}>
        <MarkedText text={scalarText(value)} sought={sought} />
      </code>
    );
  if (isSmall(value)) return <code class="long-text">{withoutDirectionMarks(JSON.stringify(value))}</code>;
  return <JsonView value={value} label={label} />;
}

function PlainText({ text, sought }: { readonly text: string; readonly sought: string }) {
  if (text === '') return <span class="muted">empty text</span>;
  if (sought === '' || text.length > MARKED_LENGTH) return <LongText text={text} />;
  return (
    <span class="long-text">
      <MarkedText text={withoutDirectionMarks(text)} sought={sought} />
    </span>
  );
}

/** A text that holds JSON, as a tree or as it is. */
function JsonText({ text, label }: { readonly text: string; readonly label: string }) {
  const isTree = useSignal(text.length <= READ_AT_ONCE);
  const value = useMemo(() => (isTree.value ? parsedJson(text) : undefined), [text, isTree.value]);
  if (isTree.value && value === undefined) return <LongText text={text} />;
  return (
    <div class="value-forms">
      {value === undefined ? <LongText text={text} /> : <JsonView value={value} label={label} />}
      <button type="button" class="link-button" onClick={() => (isTree.value = !isTree.value)}>
        {isTree.value ? 'show as text' : `open as JSON, ${textSize(text.length)}`}
      </button>
    </div>
  );
}

import type { AttributeJson } from '@tta/obs-protocol';
import { textSize } from '../format/text-size.ts';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { CopyButton } from '../shell/copy-button.tsx';
import { LongText } from './long-text.tsx';

/** Shorter texts without line breaks are whole on their line. */
const WHOLE_ON_A_LINE = 60;

export interface JsonValueBarProps {
  readonly path: string;
  readonly value: AttributeJson;
  readonly isWhole: boolean;
  readonly onWhole: (isWhole: boolean) => void;
}

/** Of the active value: where it stands, to be copied like the value itself, and a long text whole. */
export function JsonValueBar({ path, value, isWhole, onWhole }: JsonValueBarProps) {
  const isLong = typeof value === 'string' && (value.length > WHOLE_ON_A_LINE || value.includes('\n'));
  return (
    <>
      <div class="json-bar">
        <code class="clip" title={path}>
          {withoutDirectionMarks(path)}
        </code>
        {isLong && (
          <button type="button" class="link-button" aria-expanded={isWhole} onClick={() => onWhole(!isWhole)}>
            {isWhole ? 'hide the text' : `show all ${textSize(value.length)}`}
          </button>
        )}
        <CopyButton text={path} what="the path" label="copy path" />
        <CopyButton text={() => jsonText(value)} what="the value" label="copy value" />
      </div>
      {isLong && isWhole && (
        <div class="json-text" tabIndex={0} role="region" aria-label={`Text at ${path}`}>
          <LongText text={value} isWhole />
        </div>
      )}
    </>
  );
}

/** A text as it is, everything else as JSON. */
function jsonText(value: AttributeJson): string {
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
}

import { CopyButton } from '../shell/copy-button.tsx';
import type { AttributeEntry } from './attribute-groups.ts';

/** Keys and values, each value to be copied. */
export function EntryList({ entries }: { readonly entries: readonly AttributeEntry[] }) {
  return (
    <dl class="entries">
      {entries.map(({ key, text }) => (
        <div key={key}>
          <dt title={key}>{key}</dt>
          <dd>
            <span>{text}</span>
            <CopyButton text={text} what={key} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

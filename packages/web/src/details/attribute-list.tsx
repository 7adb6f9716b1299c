import { useSignal } from '@preact/signals';
import { MarkedText } from '../format/marked-text.tsx';
import { withoutDirectionMarks } from '../format/plain-text.ts';
import { formatRoute } from '../route.ts';
import { CopyButton } from '../shell/copy-button.tsx';
import { attributeText } from './attribute-groups.ts';
import type { AttributeEntry } from './attribute-groups.ts';
import { attributeQueries } from './attribute-query.ts';
import { isWide } from './value-form.ts';
import { ValueView } from './value-view.tsx';

/** A span of a hostile or careless program may have thousands. */
const FIRST_ENTRIES = 200;

export interface AttributeListProps {
  readonly entries: readonly AttributeEntry[];
  /** Is marked in keys and values. */
  readonly sought?: string;
  /** Whether traces can be found by them. */
  readonly canFilter?: boolean;
}

/** Keys and values, each to be copied and, of spans and resources, to find others by. */
export function AttributeList({ entries, sought = '', canFilter = false }: AttributeListProps) {
  const isAll = useSignal(false);
  const shown = isAll.value ? entries : entries.slice(0, FIRST_ENTRIES);
  return (
    <>
      <dl class="entries">
        {shown.map((entry) => (
          <AttributeRow key={entry.key} entry={entry} sought={sought} canFilter={canFilter} />
        ))}
      </dl>
      {shown.length < entries.length && (
        <button type="button" class="link-button" onClick={() => (isAll.value = true)}>
          show all {entries.length.toLocaleString('en')}
        </button>
      )}
    </>
  );
}

interface AttributeRowProps {
  readonly entry: AttributeEntry;
  readonly sought: string;
  readonly canFilter: boolean;
}

function AttributeRow({ entry: { key, value }, sought, canFilter }: AttributeRowProps) {
  const isOpen = useSignal(false);
  const name = withoutDirectionMarks(key);
  return (
    <div class={isWide(value) ? 'is-wide' : ''}>
      <dt title={key}>
        <bdi>
          <MarkedText text={name} sought={sought} />
        </bdi>
      </dt>
      <dd>
        <div class="entry-value">
          <ValueView value={value} label={name} sought={sought} />
        </div>
        <div class="entry-actions">
          <CopyButton text={() => attributeText(value)} what={name} />
          {canFilter && (
            <button
              type="button"
              class="entry-more"
              aria-expanded={isOpen.value}
              aria-label={`More about ${name}`}
              title="Find others by it"
              onClick={() => (isOpen.value = !isOpen.value)}
            >
              ⋯
            </button>
          )}
        </div>
        {isOpen.value && <AttributeQueryLinks entry={{ key, value }} />}
      </dd>
    </div>
  );
}

/** The questions that an attribute suggests, as addresses of the list of traces. */
function AttributeQueryLinks({ entry: { key, value } }: { readonly entry: AttributeEntry }) {
  const { same, other, any } = attributeQueries(key, value);
  const link = (query: string | undefined, text: string) =>
    query !== undefined && (
      <a href={formatRoute({ view: 'traces', query })} title={query}>
        {text}
      </a>
    );
  return (
    <div class="entry-queries">
      {link(same, 'traces with this value')}
      {link(other, 'with another value')}
      {link(any, 'with this key')}
      <CopyButton text={key} what="the key" label="copy key" />
    </div>
  );
}

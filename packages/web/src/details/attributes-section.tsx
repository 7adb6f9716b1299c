import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useMemo } from 'preact/hooks';
import type { SpanDetail } from '@tta/obs-protocol';
import { filterGroups, groupAttributes } from './attribute-groups.ts';
import { AttributeList } from './attribute-list.tsx';
import { Dropped } from './dropped.tsx';
import { Section } from './section.tsx';

/** Fewer are looked over without help. */
const FIND_FROM = 6;

export interface AttributesSectionProps {
  readonly detail: SpanDetail;
  /** Where they are searched; empty with few attributes. */
  readonly find: RefObject<HTMLInputElement>;
}

export function AttributesSection({ detail, find }: AttributesSectionProps) {
  const sought = useSignal('');
  const groups = useMemo(() => groupAttributes(detail.attributes), [detail]);
  const shown = useMemo(() => filterGroups(groups, sought.value), [groups, sought.value]);
  const count = Object.keys(detail.attributes).length;
  const shownCount = shown.reduce((sum, { entries }) => sum + entries.length, 0);
  const { droppedAttributesCount: dropped } = detail;
  if (count === 0 && dropped === 0) return null;
  return (
    <Section title="Attributes" count={shownCount === count ? count : `${shownCount} of ${count}`}>
      {count >= FIND_FROM && (
        <input
          ref={find}
          class="find"
          type="search"
          placeholder="Find a key or a value (f)"
          aria-label="Find in the attributes"
          value={sought.value}
          onInput={(event) => (sought.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.preventDefault();
            event.stopPropagation();
            if (sought.value === '') event.currentTarget.blur();
            else sought.value = '';
          }}
        />
      )}
      {shown.map(({ title, entries }) => (
        <div key={title} class="entry-group">
          {groups.length > 1 && <h4>{title}</h4>}
          <AttributeList entries={entries} sought={sought.value.trim()} canFilter />
        </div>
      ))}
      {shownCount === 0 && count > 0 && <p class="muted">No attribute has that in it.</p>}
      <Dropped count={dropped} one="attribute" many="attributes" />
    </Section>
  );
}

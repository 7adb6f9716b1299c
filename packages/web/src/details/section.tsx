import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { isSectionOpen, rememberSection } from './section-state.ts';

export interface SectionProps {
  readonly title: string;
  /** How many there are; told beside the title. */
  readonly count?: number | string;
  readonly isOpenByDefault?: boolean;
  readonly children: ComponentChildren;
}

/** A part of the details that folds, and stays folded for other spans as well. */
export function Section({ title, count, isOpenByDefault = true, children }: SectionProps) {
  const [isOpen, setOpen] = useState(() => isSectionOpen(localStorage, title, isOpenByDefault));
  return (
    <details
      class="section"
      open={isOpen}
      onToggle={(event) => {
        const { open } = event.currentTarget;
        if (open === isOpen) return;
        setOpen(open);
        rememberSection(localStorage, title, open);
      }}
    >
      <summary>
        <h3>{title}</h3>
        {count !== undefined && <span class="muted">{count}</span>}
      </summary>
      {isOpen && children}
    </details>
  );
}

type Store = Pick<Storage, 'getItem' | 'setItem'>;

const KEY = 'obs.details.sections';

/** Whether a section of the details is open: as the user left it, else as it is by default. */
export function isSectionOpen(store: Store, section: string, isOpenByDefault: boolean): boolean {
  return readSections(store)[section] ?? isOpenByDefault;
}

/** Remembers it for all spans, where storage is allowed. */
export function rememberSection(store: Store, section: string, isOpen: boolean): void {
  try {
    store.setItem(KEY, JSON.stringify({ ...readSections(store), [section]: isOpen }));
  } catch {
    // A full or forbidden storage only means that it is forgotten.
  }
}

function readSections(store: Store): Readonly<Record<string, boolean>> {
  try {
    const read: unknown = JSON.parse(store.getItem(KEY) ?? '{}');
    if (typeof read !== 'object' || read === null) return {};
    return Object.fromEntries(Object.entries(read).filter(([, isOpen]) => typeof isOpen === 'boolean'));
  } catch {
    return {};
  }
}

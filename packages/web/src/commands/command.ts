/** Something that a key does, or that is chosen by its name. */
export interface Command {
  /** What it does: `Next row`. Also what a screen reader, the palette and the list of keys call it. */
  readonly title: string;
  readonly group: 'Go to' | 'List' | 'Trace' | 'Span' | 'Page';
  /**
   * Each of these does it: a key as `KeyboardEvent.key` has it (`j`, `E`, `ArrowDown`), two of them one after the other
   * (`g t`), one with Ctrl or ⌘ (`Mod+k`), or an arrow with Shift (`Shift+ArrowLeft`). Empty for what is only chosen by name.
   */
  readonly keys: readonly string[];
  readonly run: () => void;
}

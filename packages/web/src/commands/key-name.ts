const NAMES: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
  ' ': 'Space',
};

/**
 * What is written on the keys of a command, each on its own: `['g', 't']`, `['Ctrl', 'k']`.
 *
 * @param keys - As a command has them: `g t`, `Mod+k`, `Shift+ArrowLeft`, `ArrowDown`.
 */
export function keyNames(keys: string, isMac: boolean): readonly string[] {
  if (keys === ' ') return ['Space'];
  return keys
    .split(/ |(?<=Mod|Shift)\+/)
    .map((key) => (key === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : (NAMES[key] ?? key)));
}

/** Whether a keyboard has ⌘ in place of Ctrl. */
export function hasCommandKey(platform: string): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

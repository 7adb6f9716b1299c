import type { Palette } from '../primitives/paint-row.ts';

/** The colours of the page as it looks now. A new theme needs a new one: each colour is looked up once. */
export function themePalette(): Palette {
  const styles = getComputedStyle(document.documentElement);
  const known = new Map<string, string>();
  return (token) => {
    let colour = known.get(token);
    if (colour === undefined) {
      colour = styles.getPropertyValue(`--obs-${token}`).trim();
      known.set(token, colour);
    }
    return colour;
  };
}

import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const css = ['tokens', 'kinds']
  .map((file) => readFileSync(new URL(`./styles/${file}.css`, import.meta.url), 'utf8'))
  .join('\n');

/** The colours of a theme: those of `:root`, and over them its own. An editor's colours are not there: fallbacks count. */
function coloursOf(theme: string): ReadonlyMap<string, string> {
  const colours = new Map<string, string>();
  for (const [, selectors = '', body = ''] of css.matchAll(/^(:root[^{]*)\{([^}]*)\}/gm)) {
    const isOfTheme = selectors
      .split(',')
      .some((selector) => [':root', `:root[data-theme='${theme}']`].includes(selector.trim()));
    if (!isOfTheme) continue;
    for (const [, name = '', value = ''] of body.matchAll(/--obs-([\w-]+):\s*([^;]+);/g)) {
      const colour = /#[0-9a-f]{6}(?=\)|$)/.exec(value)?.[0];
      if (colour !== undefined) colours.set(name, colour);
    }
  }
  return colours;
}

/** Ratio of contrast as WCAG 2.2 defines it, 1–21. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const GROUNDS = ['bg', 'bg-raised', 'hover', 'selected'];
const TEXTS = ['text', 'muted', 'accent', 'error', 'warn', 'ok'];

describe.each([
  ['light', 4.5],
  ['dark', 4.5],
  ['contrast-light', 7],
  ['contrast-dark', 7],
])('the theme %s', (theme, least) => {
  const colours = coloursOf(theme);
  const of = (name: string): string => {
    const colour = colours.get(name);
    if (colour === undefined) throw new Error(`${theme} has no colour --obs-${name}.`);
    return colour;
  };

  it('has text that can be read on every ground', () => {
    const pairs = [
      ...TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground] as const)),
      ...(['text', 'muted', 'error'] as const).map((text) => [text, 'error-bg'] as const),
      ...(['text', 'muted', 'warn'] as const).map((text) => [text, 'warn-bg'] as const),
    ];
    const tooFaint = pairs
      .map(([text, ground]) => ({ text, ground, ratio: contrast(of(text), of(ground)) }))
      .filter(({ ratio }) => ratio < least);
    expect(tooFaint).toEqual([]);
  });

  it('has a hue for each kind that can be told from the ground, as shapes have to be', () => {
    const kinds = [...colours.keys()].filter((name) => name.startsWith('hue-'));
    expect(kinds.length).toBeGreaterThan(5);
    const tooFaint = kinds
      .flatMap((kind) => GROUNDS.map((ground) => ({ kind, ground, ratio: contrast(of(kind), of(ground)) })))
      .filter(({ ratio }) => ratio < 3);
    expect(tooFaint).toEqual([]);
  });

  it('shows the edges of controls', () => {
    expect(contrast(of('control-line'), of('bg'))).toBeGreaterThanOrEqual(3);
  });
});

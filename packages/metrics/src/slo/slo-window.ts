/** A length of time: a whole number and `m`, `h`, `d` or `w`. */
export type SloWindow = `${number}${'m' | 'h' | 'd' | 'w'}`;

const unitsMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Its milliseconds; `undefined` when the text is no {@link SloWindow}. */
export function sloWindowMs(text: string): number | undefined {
  const [, amount, unit = ''] = /^([1-9]\d{0,5})([mhdw])$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  return unitMs === undefined ? undefined : Number(amount) * unitMs;
}

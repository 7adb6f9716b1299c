import type { Variables } from './variables.ts';

const names = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Trace ids have 56 random bits; a smaller share is none. */
const leastRatio = 2 ** -56;

/** Which traces are recorded, by the names of `OTEL_TRACES_SAMPLER`. */
export interface SamplerSettings {
  readonly name: (typeof names)[number];
  /** Share of traces, from 0 to 1; for the two with `traceidratio`. @defaultValue 1 */
  readonly ratio?: number;
}

/** `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`. */
export function readSampler(variables: Variables): SamplerSettings | undefined {
  const name = variables.choice('OTEL_TRACES_SAMPLER', names, 'parentbased_always_on is used');
  const argument = variables.text('OTEL_TRACES_SAMPLER_ARG');
  if (name === undefined) return undefined;
  if (!name.endsWith('traceidratio') || argument === undefined) return { name };
  const ratio = Number(argument);
  if (ratio >= 0 && ratio <= 1) return { name, ratio: ratio < leastRatio ? 0 : ratio };
  variables.reject('OTEL_TRACES_SAMPLER_ARG', argument, 'a number from 0 to 1', '1 is used');
  return { name };
}

import { InvalidOptionError } from '@tta/obs-context';
import type { ObservabilityOptions } from './observability-options.ts';
import { isServiceToken, serviceTokenForm } from './service-token.ts';

interface Shape {
  readonly wanted: string;
  readonly fits: (value: unknown) => boolean;
}

const text: Shape = { wanted: 'a text', fits: (value) => typeof value === 'string' };
/** The redactor shows no more of a text. */
const mostCaptured = 32_768;
const list: Shape = { wanted: 'a list', fits: Array.isArray };

/** Of options that would fail far from where they are given. The others are checked where they are used. */
const shapes: { readonly [K in keyof ObservabilityOptions]?: Shape } = {
  serviceName: text,
  serviceVersion: text,
  ttaUiEndpoint: text,
  ttaUiToken: { wanted: serviceTokenForm, fits: isServiceToken },
  otlpEndpoint: text,
  spoolDirectory: {
    wanted: 'the path of a folder, or false',
    fits: (value) => typeof value === 'string' || value === false,
  },
  destinations: list,
  spanProcessors: list,
  baggageKeys: list,
  slos: list,
  onSloAlert: { wanted: 'a function', fits: (value) => typeof value === 'function' },
  sampler: { wanted: 'an object with shouldSample()', fits: (value) => has(value, 'shouldSample') },
  observeModelClients: { wanted: 'true or false', fits: (value) => typeof value === 'boolean' },
  captureContent: {
    wanted: `true, false or { maxLength } with a number of characters, ${mostCaptured} at most`,
    fits: (value) =>
      typeof value === 'boolean' || isLength((value as { maxLength?: unknown } | null)?.maxLength),
  },
  pricing: {
    wanted: 'an object with estimateUsd(), or false',
    fits: (value) => value === false || has(value, 'estimateUsd'),
  },
};

/** @throws `OBS_ERR_INVALID_OPTION` for an option that is of another kind than it has to be. */
export function checkOptions(options: ObservabilityOptions): void {
  const given = new Map<string, unknown>(Object.entries(options));
  for (const [name, { wanted, fits }] of Object.entries(shapes)) {
    const value = given.get(name);
    if (value !== undefined && !fits(value))
      throw new InvalidOptionError(`${name} is not usable; it has to be ${wanted}`);
  }
}

/** Whether it is positive is checked where it is used. */
function isLength(value: unknown): boolean {
  return typeof value === 'number' && !(value > mostCaptured);
}

function has(value: unknown, method: string): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Record<string, unknown>)[method] === 'function'
  );
}

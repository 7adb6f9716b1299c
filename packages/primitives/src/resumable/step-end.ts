import { type KnownOutcome, messageOf } from '@tta/obs-instrumentation';
import { hashOf } from '../cache/store-key.ts';
import { RestoredError } from './restored-error.ts';
import type { SavedFailure, SavedStep } from './saved-run.ts';
import { decode, encode } from './saved-value.ts';

/** What a step has come to, and how many characters that takes; `fault` says why it cannot be kept. */
export type StepEnd =
  /** The text of what it returned; `undefined` for nothing. */
  | { readonly text: string | undefined; readonly size: number }
  | { readonly symbol: string; readonly size: number }
  | { readonly failure: SavedFailure; readonly size: number }
  | { readonly fault: string; readonly size: 0 };

/** That it returned something which nobody needs any more. */
export const usedUp: StepEnd = { text: undefined, size: 0 };

/** Values as texts. A step mostly returns what the one in it has returned: the last text is kept. */
export class ValueTexts {
  #last: { readonly value: unknown; readonly text: string } | undefined;

  /** @throws TypeError for what cannot be kept. */
  textOf(value: unknown): string {
    const last = this.#last;
    // It may have been changed, in whatever way.
    if (last && last.value === value && JSON.stringify(value) === last.text) return last.text;
    const text = encode(value);
    this.#last = { value, text };
    return text;
  }

  /** `undefined` where a value cannot be kept. */
  hashOf(value: unknown): string | undefined {
    if (value === undefined) return undefined;
    try {
      return hashOf(this.textOf(value));
    } catch {
      return undefined;
    }
  }
}

/** The end of a step that returned. */
export function returned(output: unknown, texts: ValueTexts): StepEnd {
  if (output === undefined) return usedUp;
  const symbol = typeof output === 'symbol' ? Symbol.keyFor(output) : undefined;
  if (symbol !== undefined) return { symbol, size: symbol.length };
  try {
    const text = texts.textOf(output);
    return { text, size: text.length };
  } catch (error) {
    return { fault: messageOf(error), size: 0 };
  }
}

/** What a step had come to in an earlier run; `undefined` where it had not ended. */
export function endOf({ output, symbol, failure }: SavedStep): StepEnd | undefined {
  if (symbol !== undefined) return { symbol, size: symbol.length };
  if (failure) return { failure, size: failure.message.length };
  if (!output) return undefined;
  const text = output.length === 0 ? undefined : encode(output[0]);
  return { text, size: text?.length ?? 0 };
}

/** What the step gives again in place of running; `undefined` where it has to run. */
export function outcomeOf(end: StepEnd | undefined): KnownOutcome | undefined {
  if (!end || 'fault' in end) return undefined;
  if ('failure' in end) return { ok: false, error: new RestoredError(end.failure) };
  if ('symbol' in end) return { ok: true, output: Symbol.for(end.symbol) };
  // A copy: who gets it may change it.
  return { ok: true, output: end.text === undefined ? undefined : decode(end.text) };
}

/** As a token has it. */
export function savedEnd(end: Exclude<StepEnd, { fault: string }>): SavedStep {
  if ('failure' in end) return { failure: end.failure };
  if ('symbol' in end) return { symbol: end.symbol };
  return { output: end.text === undefined ? [] : [decode(end.text)] };
}

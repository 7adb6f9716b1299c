import type { Span } from '@opentelemetry/api';
import { attributeNames as names, InvalidOptionError } from '@tta/obs-context';
import { capped, whole } from './capped-text.ts';
import { isStream, jsonText } from './json-text.ts';
import { flatSize, jsonSize } from './value-size.ts';

/** How inputs and outputs get onto spans. */
export interface ContentCapture {
  /**
   * Makes of any value one without what must not be stored, whatever the value is: the method `value` of a redactor of
   * `@tta/obs-logging`. Of a value for which it throws nothing is captured, and the fault is counted.
   *
   * @param characters - More than so many of its texts together are not needed.
   */
  readonly redact: (value: unknown, characters: number) => unknown;
  /**
   * Characters of an input or output; of longer ones this is the beginning, and a note that it is. A redactor has limits
   * of its own. @defaultValue 8192
   */
  readonly maxLength?: number;
}

const defaultMaxLength = 8192;
/** A secret takes so many characters at most that the redactor's mark for it does not. */
const secretLength = 4096;

const attributesOf = {
  input: { size: names.inputSizeBytes, content: names.inputValue },
  output: { size: names.outputSizeBytes, content: names.outputValue },
} as const;

/** Says on spans what executions were given and returned: how large it was, and what, where that is wanted. */
export class ValueRecorder {
  readonly #measuresAll: boolean;
  readonly #redact: ContentCapture['redact'] | undefined;
  readonly #maxLength: number;

  /** @throws `OBS_ERR_INVALID_OPTION` for a capture without a redactor, or with a length that is none. */
  constructor(measuresAll: boolean, capture: ContentCapture | undefined) {
    const { redact, maxLength = defaultMaxLength } = capture ?? {};
    if (capture && typeof redact !== 'function') {
      throw new InvalidOptionError(
        'Instrumentation: captureContent needs a function redact that takes secrets out; (value) => value leaves them in',
      );
    }
    if (!(maxLength > 0)) {
      throw new InvalidOptionError(
        `Instrumentation: maxLength of captureContent is ${maxLength}; give a positive number of characters`,
      );
    }
    this.#measuresAll = measuresAll || capture !== undefined;
    this.#redact = redact;
    this.#maxLength = maxLength;
  }

  /** Whether it takes long to record a value that is no text. */
  get isThorough(): boolean {
    return this.#measuresAll;
  }

  record(span: Span, side: 'input' | 'output', value: unknown): void {
    const { size, content } = attributesOf[side];
    let bytes = flatSize(value);
    const isPrintable = this.#measuresAll && isContent(value);
    if (bytes === undefined && isPrintable) bytes = jsonSize(value);
    if (bytes !== undefined) span.setAttribute(size, bytes);
    if (isPrintable && this.#redact) span.setAttribute(content, this.#contentOf(value, this.#redact));
  }

  #contentOf(value: unknown, redact: ContentCapture['redact']): string {
    const limit = this.#maxLength;
    // Twice as many, because a text that gets less than it has is cut while others have not used theirs.
    const redacted = redact(value, 2 * limit + secretLength);
    if (typeof redacted === 'string') {
      // A redactor may have cut it already.
      const length = typeof value === 'string' ? Math.max(value.length, redacted.length) : redacted.length;
      return capped(redacted, limit, length);
    }
    const { text, isWhole } = jsonText(redacted, limit);
    return isWhole ? text : whole(`${text}…`);
  }
}

function isContent(value: unknown): boolean {
  if (typeof value === 'object') return value === null || !isStream(value);
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

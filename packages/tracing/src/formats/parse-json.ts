import { FieldError } from './trace-problem.ts';

/** An attribute value of the deepest that is read takes four for each of its 64 levels. */
const deepest = 512;
/** Two characters of text may become an object of a hundred bytes. */
const mostValues = 8_000_000;

/** As deep as a reader follows the values of an attribute (`AttributeValueDepthLimit`, OpenTelemetry SDK). */
export const deepestValue = 64;

const quote = 0x22;
const backslash = 0x5c;

/**
 * JSON that does not become many times its size in memory.
 *
 * @throws FieldError when it is none, is nested too deeply or holds too many values.
 */
export function parseJson(json: string): unknown {
  checkSize(json);
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new FieldError(`it is not JSON (${(error as Error).message.replaceAll(/\s+/g, ' ')})`);
  }
}

function checkSize(json: string): void {
  let depth = 0;
  let values = 0;
  let isInText = false;
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index);
    if (isInText) {
      if (code === backslash) index++;
      else if (code === quote) isInText = false;
    } else if (code === quote) {
      isInText = true;
    } else if (code === 0x7b || code === 0x5b) {
      values++;
      if (++depth > deepest) throw new FieldError(`it is nested deeper than ${deepest} levels`);
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    } else if (code === 0x2c) {
      values++;
    }
  }
  if (values > mostValues) throw new FieldError(`it holds more than ${mostValues} values`);
}

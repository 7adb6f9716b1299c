import type { AttributeJson } from '@tta/obs-protocol';

/** Whether a value is a list or an object. */
export function isNested(value: AttributeJson): boolean {
  return typeof value === 'object' && value !== null;
}

/** A value that holds no others, as JSON has it but without quotes. */
export function scalarText(value: AttributeJson): string {
  return typeof value === 'object' ? 'null' : String(value);
}

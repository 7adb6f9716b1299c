import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from './wire-reader.ts';

/** Case labels: a field number with the wire type that the OTLP schema gives it. */
export const bytesField = (field: number): number => (field << 3) | LENGTH_DELIMITED;
export const varintField = (field: number): number => (field << 3) | VARINT;
export const fixed64Field = (field: number): number => (field << 3) | FIXED64;
export const fixed32Field = (field: number): number => (field << 3) | FIXED32;

/* Of `KeyValue` and `AnyValue`, which all signals have in common. */
export const KEY_VALUE_KEY = bytesField(1);
export const KEY_VALUE_VALUE = bytesField(2);
export const ANY_STRING = bytesField(1);
export const ANY_BOOL = varintField(2);
export const ANY_INT = varintField(3);
export const ANY_DOUBLE = fixed64Field(4);
export const ANY_ARRAY = bytesField(5);
export const ANY_KVLIST = bytesField(6);
export const ANY_BYTES = bytesField(7);
export const LIST_VALUES = bytesField(1);

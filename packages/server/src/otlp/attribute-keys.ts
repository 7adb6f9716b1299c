import { isAiKey } from '../conventions/may-be-ai.ts';
import { isSecretKey } from './secret-redaction.ts';
import { textOf } from './text-limit.ts';

/** What a key tells about its span beside being an attribute. */
export type FactName =
  | 'execution.status'
  | 'error.message'
  | 'exception.message'
  | 'primitive.type'
  | 'primitive.name'
  | 'step.name'
  | 'workflow.name'
  | 'session.id'
  | 'user.id'
  | 'service.name';

const FACTS: ReadonlySet<string> = new Set<FactName>([
  'execution.status',
  'error.message',
  'exception.message',
  'primitive.type',
  'primitive.name',
  'step.name',
  'workflow.name',
  'session.id',
  'user.id',
  'service.name',
]);

export interface AttributeKey {
  /** The key as it was received. */
  readonly bytes: Buffer;
  readonly text: string;
  /** `"key":` in JSON, as UTF-8. */
  readonly json: Buffer;
  readonly fact: FactName | null;
  /** Whether the name alone says that the value is a secret. */
  readonly isSecret: boolean;
  /** Whether the name alone makes a span one that may be of an AI program. */
  readonly isAi: boolean;
}

const CACHED_KEYS = 4_096;
/** Longer keys are rare, and not worth the memory. */
const CACHED_LENGTH = 128;

/** Keys of attributes repeat in every span: each is turned into JSON once. */
export class AttributeKeys {
  readonly #known = new Map<number, AttributeKey>();

  at(source: Buffer, start: number, end: number): AttributeKey {
    // FNV-1a. Of keys with one hash the latest stays.
    let hash = 0x811c9dc5;
    for (let index = start; index < end; index++) hash = Math.imul(hash ^ source[index]!, 0x01000193);
    const known = this.#known.get(hash);
    if (known !== undefined && isSame(known.bytes, source, start, end)) return known;
    const key = attributeKey(Buffer.from(source.subarray(start, end)));
    if (end - start <= CACHED_LENGTH) {
      if (this.#known.size >= CACHED_KEYS) this.#known.clear();
      this.#known.set(hash, key);
    }
    return key;
  }
}

export function factOf(key: string): FactName | null {
  return FACTS.has(key) ? (key as FactName) : null;
}

/** `"key":` in JSON, as UTF-8. */
export function jsonKey(text: string): Buffer {
  return Buffer.from(`${JSON.stringify(text)}:`);
}

function attributeKey(bytes: Buffer): AttributeKey {
  const text = textOf(bytes, 0, bytes.length);
  return {
    bytes,
    text,
    json: jsonKey(text),
    fact: factOf(text),
    isSecret: isSecretKey(text),
    isAi: isAiKey(text),
  };
}

function isSame(known: Buffer, source: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let index = 0; index < known.length; index++) {
    if (known[index] !== source[start + index]) return false;
  }
  return true;
}

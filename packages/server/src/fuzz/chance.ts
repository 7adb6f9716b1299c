import type { Random } from '@tta/obs-context';

/** A whole number from 0 to `limit` - 1. */
export function below(random: Random, limit: number): number {
  return Math.floor(random.next() * limit);
}

export function oneOf<Item>(random: Random, items: readonly Item[]): Item {
  return items[below(random, items.length)]!;
}

export function randomBytes(random: Random, maxLength: number): Buffer {
  return Buffer.from(Array.from({ length: below(random, maxLength + 1) }, () => below(random, 256)));
}

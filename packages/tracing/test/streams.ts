/** Items as they come from a file or a reader. */
export async function* stream<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

/** Bytes in pieces, cut anywhere. */
export async function* cut(text: string | Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** All that a writer writes. */
export async function written(parts: AsyncIterable<string>): Promise<string> {
  return (await collect(parts)).join('');
}

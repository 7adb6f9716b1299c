import { BatchBuilder } from './batch-builder.ts';
import { DecodeError, UnusableRecordError } from './decode-error.ts';
import type { ExportBatch, ExportOutline, ScopeRecord } from './export-batch.ts';
import { asList, asObject, optionalObject, text, type JsonObject } from './json-fields.ts';
import { checkJsonSize } from './json-size.ts';
import { JsonValues } from './json-values.ts';

/**
 * Reads one item of the list that the outline calls `items`; `null` says that nothing is left of it. One that
 * consists of several records counts the bad ones itself, with `builder`.
 */
export type ReadJsonItem<Item> = (
  values: JsonValues,
  item: unknown,
  builder: BatchBuilder<Item>,
  path: () => string,
) => Item | null;

/**
 * Decodes an OTLP export request in its JSON encoding: hex ids in either case, 64-bit integers as text or
 * numbers, enums as integers or names, bytes as base64, unknown fields ignored. An item with a bad field is
 * counted in the result.
 *
 * @throws DecodeError when the text is no such message, TooManyValuesError when it holds too much.
 */
export function decodeJsonExport<Item>(
  bytes: Uint8Array,
  outline: ExportOutline,
  readItem: ReadJsonItem<Item>,
): ExportBatch<Item> {
  const values = new JsonValues();
  const builder = new BatchBuilder<Item>();
  each(asObject(parse(bytes), 'the body'), outline.resources, '', (owner, path) => {
    const resource = values.attributes(optionalObject(owner['resource'], `${path}.resource`), path);
    each(owner, outline.scopes, `${path}.`, (scopeOwner, scopePath) => {
      const scope = scopeRecord(values, scopeOwner, scopePath);
      const items: Item[] = [];
      const list = asList(scopeOwner[outline.items], `${scopePath}.${outline.items}`);
      for (const [index, entry] of list.entries()) {
        const itemPath = () => `${scopePath}.${outline.items}[${index}]`;
        const item = builder.item(itemPath, () => usable(() => readItem(values, entry, builder, itemPath)));
        if (item !== null) items.push(item);
      }
      builder.group(resource, scope, items);
    });
  });
  return builder.batch();
}

/** Whatever is wrong inside a record costs that record alone: JSON is intact around it. */
export function usable<Decoded>(decode: () => Decoded): Decoded {
  try {
    return decode();
  } catch (error) {
    throw error instanceof DecodeError ? new UnusableRecordError(error.message) : error;
  }
}

function scopeRecord(values: JsonValues, owner: JsonObject, path: string): ScopeRecord {
  const scope = optionalObject(owner['scope'], `${path}.scope`);
  return {
    name: text(scope['name'], `${path}.scope.name`),
    version: text(scope['version'], `${path}.scope.version`),
    attributes: values.attributes(scope, `${path}.scope`),
  };
}

function parse(bytes: Uint8Array): unknown {
  checkJsonSize(bytes);
  // Leaves out a byte order mark.
  const text = new TextDecoder().decode(bytes);
  // As in protobuf, nothing is a request of nothing.
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DecodeError(`the body is not JSON: ${(error as Error).message}`);
  }
}

function each(
  owner: JsonObject,
  key: string,
  prefix: string,
  visit: (item: JsonObject, path: string) => void,
): void {
  for (const [index, item] of asList(owner[key], `${prefix}${key}`).entries()) {
    const path = `${prefix}${key}[${index}]`;
    visit(asObject(item, path), path);
  }
}

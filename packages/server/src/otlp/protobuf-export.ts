import type { MutableAttributes } from './attribute-value.ts';
import { BatchBuilder } from './batch-builder.ts';
import type { ExportBatch, ExportOutline, ScopeRecord } from './export-batch.ts';
import { bytesField } from './protobuf-fields.ts';
import { ProtobufValues } from './protobuf-values.ts';

/* Field numbers that the export requests of all signals share. */
const REQUEST_RESOURCES = bytesField(1);
const RESOURCE_RESOURCE = bytesField(1);
const RESOURCE_SCOPES = bytesField(2);
const RESOURCE_ATTRIBUTES = bytesField(1);
const SCOPES_SCOPE = bytesField(1);
const SCOPES_ITEMS = bytesField(2);
const SCOPE_NAME = bytesField(1);
const SCOPE_VERSION = bytesField(2);
const SCOPE_ATTRIBUTES = bytesField(3);

/**
 * Reads the item that the reader stands in, up to the offset `end`; `null` says that nothing is left of it.
 * One that consists of several records counts the bad ones itself, with `builder`.
 */
export type ReadProtobufItem<Item> = (
  values: ProtobufValues,
  end: number,
  builder: BatchBuilder<Item>,
  path: () => string,
) => Item | null;

type MutableScope = { -readonly [Field in keyof ScopeRecord]: ScopeRecord[Field] } & {
  attributes: MutableAttributes;
};

/**
 * Decodes an OTLP export request straight from its bytes. Unknown fields, and known ones in another wire
 * type, are skipped; items for which `readItem` throws UnusableRecordError are counted in the result.
 *
 * @throws DecodeError when the bytes are no such message, TooManyValuesError when they hold too much.
 */
export function decodeProtobufExport<Item>(
  bytes: Uint8Array,
  outline: ExportOutline,
  readItem: ReadProtobufItem<Item>,
): ExportBatch<Item> {
  const values = new ProtobufValues(bytes);
  const { reader } = values;
  const builder = new BatchBuilder<Item>();

  /** The resource may follow its items on the wire; the object is filled by then, so it is passed as it is. */
  const readScope = (path: string, resource: MutableAttributes): void => {
    values.spend();
    const scope: MutableScope = { name: '', version: '', attributes: {} };
    const items: Item[] = [];
    let count = 0;
    values.message((tag) => {
      if (tag === SCOPES_SCOPE) readScopeRecord(values, scope);
      else if (tag === SCOPES_ITEMS) {
        const index = count++;
        const end = reader.enter();
        const itemPath = () => `${path}.${outline.items}[${index}]`;
        const item = builder.item(itemPath, () => readItem(values, end, builder, itemPath));
        if (item === null) reader.position = end;
        else items.push(item);
      } else return false;
      return true;
    });
    builder.group(resource, scope, items);
  };

  let resourceCount = 0;
  values.fields(reader.length, (requestTag) => {
    if (requestTag !== REQUEST_RESOURCES) return false;
    values.spend();
    const path = `${outline.resources}[${resourceCount++}]`;
    const resource: MutableAttributes = {};
    let scopeCount = 0;
    values.message((tag) => {
      if (tag === RESOURCE_RESOURCE) attributesOf(values, resource);
      else if (tag === RESOURCE_SCOPES) readScope(`${path}.${outline.scopes}[${scopeCount++}]`, resource);
      else return false;
      return true;
    });
    return true;
  });
  return builder.batch();
}

function attributesOf(values: ProtobufValues, attributes: MutableAttributes): void {
  values.message((tag) => {
    if (tag !== RESOURCE_ATTRIBUTES) return false;
    values.keyValue(attributes);
    return true;
  });
}

/** A scope that comes in parts is one: what a later part says counts, as protobuf demands. */
function readScopeRecord(values: ProtobufValues, scope: MutableScope): void {
  values.message((tag) => {
    if (tag === SCOPE_NAME) scope.name = values.reader.text();
    else if (tag === SCOPE_VERSION) scope.version = values.reader.text();
    else if (tag === SCOPE_ATTRIBUTES) values.keyValue(scope.attributes);
    else return false;
    return true;
  });
}

import type { Random } from '@tta/obs-context';
import { bytesOf, varintOf } from '../testing/otlp-protobuf.ts';
import { below, oneOf, randomBytes } from './chance.ts';

/** A field as it stands on the wire; `fields` where its content can be read as a message. */
interface WireField {
  tag: number;
  content: Buffer;
  fields?: WireField[];
}

type Mutation = (siblings: WireField[], index: number, random: Random, all: readonly WireField[]) => void;

const LENGTH_DELIMITED = 2;
const ARRAY_VALUE = 5;
const KVLIST_VALUE = 6;

const MUTATIONS: readonly Mutation[] = [
  function remove(siblings, index) {
    siblings.splice(index, 1);
  },
  function duplicate(siblings, index, random) {
    siblings.splice(below(random, siblings.length + 1), 0, siblings[index]!);
  },
  function move(siblings, index, random) {
    const [field] = siblings.splice(index, 1);
    siblings.splice(below(random, siblings.length + 1), 0, field!);
  },
  function renumber(siblings, index, random) {
    const field = siblings[index]!;
    field.tag = ((1 + below(random, 20)) << 3) | (field.tag & 7);
  },
  function retype(siblings, index, random) {
    siblings[index]!.tag = (siblings[index]!.tag & ~7) | below(random, 8);
  },
  function replaceByAnother(siblings, index, random, all) {
    siblings[index] = copyOf(oneOf(random, all));
  },
  function insertAnother(siblings, index, random, all) {
    siblings.splice(index, 0, copyOf(oneOf(random, all)));
  },
  function replaceContent(siblings, index, random) {
    const field = siblings[index]!;
    delete field.fields;
    field.content =
      (field.tag & 7) === LENGTH_DELIMITED
        ? oneOf(random, [
            Buffer.alloc(0),
            Buffer.from([0x61, 0xff, 0xfe, 0xc3]),
            Buffer.from('"\\\u0000\n\u2028'),
            Buffer.alloc(300 + below(random, 300), 'x'),
            Buffer.alloc(66_000, 'y'),
            randomBytes(random, 40),
          ])
        : oneOf(random, [
            Buffer.alloc(field.content.length, 0xff),
            Buffer.alloc(field.content.length),
            varintOf(BigInt(below(random, 2 ** 31)) ** 2n),
            varintOf(-1n),
          ]);
  },
  function nest(siblings, index, random) {
    let { content } = copyOf(siblings[index]!);
    const kind = oneOf(random, [ARRAY_VALUE, KVLIST_VALUE]);
    for (let depth = 1 + below(random, 100); depth > 0; depth--) {
      content = bytesOf(kind, bytesOf(1, kind === ARRAY_VALUE ? content : bytesOf(2, content)));
    }
    siblings[index] = { tag: siblings[index]!.tag, content };
  },
];

/** As many changes, which keep the lengths of all messages right: what is wrong is found deep within. */
export function mutateProtobuf(bytes: Buffer, random: Random, count: number): Buffer {
  const root = fieldsOf(bytes);
  if (root === undefined) return bytes;
  for (let left = count; left > 0; left--) {
    const lists = listsOf(root).filter((list) => list.length > 0);
    if (lists.length === 0) break;
    const siblings = oneOf(random, lists);
    oneOf(random, MUTATIONS)(siblings, below(random, siblings.length), random, oneOf(random, lists));
  }
  return wireOf(root);
}

/** Repeats one field until the request has about `byteCount` bytes. */
export function swellProtobuf(bytes: Buffer, random: Random, byteCount: number): Buffer {
  const root = fieldsOf(bytes);
  if (root === undefined) return bytes;
  const siblings = oneOf(random, listsOf(root));
  const field = oneOf(random, siblings);
  if (field === undefined) return bytes;
  const copy = random.next() < 0.5 ? { tag: field.tag, content: Buffer.alloc(0) } : field;
  const size = Math.max(2, wireOf([copy]).length);
  for (let count = Math.ceil(byteCount / size); count > 0; count--) siblings.push(copy);
  return wireOf(root);
}

function listsOf(fields: WireField[], lists: WireField[][] = []): WireField[][] {
  lists.push(fields);
  for (const field of fields) if (field.fields !== undefined) listsOf(field.fields, lists);
  return lists;
}

/** As bytes: a field that is put into itself has no end. */
function copyOf({ tag, content, fields }: WireField): WireField {
  return { tag, content: fields === undefined ? content : wireOf(fields) };
}

function wireOf(fields: readonly WireField[]): Buffer {
  return Buffer.concat(fields.map(wireOfField));
}

function wireOfField(field: WireField): Buffer {
  const { tag, content } = copyOf(field);
  return (tag & 7) === LENGTH_DELIMITED
    ? Buffer.concat([shortVarint(tag), shortVarint(content.length), content])
    : Buffer.concat([shortVarint(tag), content]);
}

/** `undefined` for bytes that are no message. Some texts are messages as well by chance: so be it. */
function fieldsOf(bytes: Buffer): WireField[] | undefined {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): number | undefined => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined || tag < 8) return undefined;
    const start = at;
    switch (tag & 7) {
      case 0:
        while ((bytes[at] ?? 0) >= 0x80) at++;
        at++;
        break;
      case 1:
        at += 8;
        break;
      case LENGTH_DELIMITED: {
        const length = varint();
        if (length === undefined || length > bytes.length - at) return undefined;
        const content = bytes.subarray(at, at + length);
        at += length;
        const inner = length === 0 ? undefined : fieldsOf(content);
        fields.push({ tag, content, ...(inner !== undefined && { fields: inner }) });
        continue;
      }
      case 5:
        at += 4;
        break;
      default:
        return undefined;
    }
    if (at > bytes.length) return undefined;
    fields.push({ tag, content: bytes.subarray(start, at) });
  }
  return fields;
}

function shortVarint(value: number): Buffer {
  return value < 0x80 ? Buffer.from([value]) : varintOf(BigInt(value));
}

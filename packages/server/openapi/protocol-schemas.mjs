import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const protocol = fileURLToPath(new URL('../../protocol/', import.meta.url));
const entries = [`${protocol}src/index.ts`, `${protocol}src/query/index.ts`];

/**
 * JSON Schemas of types that `@tta/obs-protocol` exports and of all that occur in them, by name: what is described there
 * is described once.
 *
 * @param {readonly string[]} names
 */
export function protocolSchemas(names) {
  const { config } = ts.readConfigFile(`${protocol}tsconfig.lib.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, protocol);
  const program = ts.createProgram(entries, { ...options, types: [] });
  const reader = new SchemaReader(program);
  for (const name of names) reader.add(name);
  return reader.schemas();
}

class SchemaReader {
  #checker;
  /** Types that have a schema of their own. */
  #symbols = new Map();
  #schemas = new Map();

  constructor(program) {
    this.#checker = program.getTypeChecker();
    for (const file of program.getSourceFiles()) {
      if (relative(dirname(entries[0]), file.fileName).startsWith('..')) continue;
      for (const symbol of this.#checker.getExportsOfModule(this.#checker.getSymbolAtLocation(file))) {
        if (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) {
          this.#symbols.set(symbol.name, symbol);
        }
      }
    }
  }

  /** In the order of their names. */
  schemas() {
    return Object.fromEntries([...this.#schemas].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  add(name) {
    if (this.#schemas.has(name)) return;
    const symbol = this.#symbols.get(name);
    if (symbol === undefined) throw new Error(`@tta/obs-protocol exports no type ${name}`);
    this.#schemas.set(name, {});
    const description = this.#describe(symbol);
    this.#schemas.set(name, {
      ...description,
      ...this.#inline(this.#checker.getDeclaredTypeOfSymbol(symbol)),
    });
  }

  #describe(symbol) {
    const lines = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
    const text = lines.replace(/\{@link (?:\w+\.)?(\w+)\}/g, '`$1`').replace(/(?<!\n)\n(?![\n-])/g, ' ');
    return text === '' ? {} : { description: text };
  }

  /** A reference to the type's own schema, where it has one. */
  #schemaOf(type) {
    const name = (type.aliasSymbol ?? type.symbol)?.name;
    const isOwn = this.#symbols.has(name) && this.#symbols.get(name) === (type.aliasSymbol ?? type.symbol);
    if (!isOwn || type.aliasTypeArguments !== undefined || typeArguments(this.#checker, type).length > 0) {
      return this.#inline(type);
    }
    this.add(name);
    return { $ref: `#/components/schemas/${name}` };
  }

  #inline(type) {
    if (type.flags & ts.TypeFlags.String) return { type: 'string' };
    if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.flags & ts.TypeFlags.BooleanLiteral)
      return { const: this.#checker.typeToString(type) === 'true' };
    if (type.isLiteral()) return { const: type.value };
    if (type.isUnion()) return this.#union(type);
    if (this.#checker.isArrayType(type)) {
      return { type: 'array', items: this.#schemaOf(typeArguments(this.#checker, type)[0]) };
    }
    if (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return this.#object(type);
    throw new Error(`No schema is known for the type ${this.#checker.typeToString(type)}`);
  }

  #object(type) {
    const values = this.#checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (values !== undefined) return { type: 'object', additionalProperties: this.#schemaOf(values.type) };
    const properties = this.#checker.getPropertiesOfType(type);
    return {
      type: 'object',
      properties: Object.fromEntries(
        properties.map((property) => [
          property.name,
          { ...this.#describe(property), ...this.#schemaOf(this.#typeOf(property)) },
        ]),
      ),
      required: properties.filter((property) => !isOptional(property)).map(({ name }) => name),
    };
  }

  #typeOf(property) {
    const type = this.#checker.getTypeOfSymbol(property);
    return isOptional(property) ? this.#checker.getNonNullableType(type) : type;
  }

  #union(type) {
    // Without null first: what is left may have a name.
    const present = this.#checker.getNonNullableType(type);
    if (present !== type) return orNull(this.#schemaOf(present));
    const isTruth = ({ flags }) => (flags & ts.TypeFlags.BooleanLiteral) !== 0;
    const [truths, others] = [type.types.filter(isTruth), type.types.filter((part) => !isTruth(part))];
    const schemas = inOrder(others).map((part) => this.#schemaOf(part));
    if (truths.length === 2) schemas.push({ type: 'boolean' });
    else schemas.push(...truths.map((part) => this.#schemaOf(part)));
    if (schemas.every((schema) => 'const' in schema)) return { enum: schemas.map((schema) => schema.const) };
    if (schemas.every(isPlain)) return { type: schemas.map((schema) => schema.type) };
    return { anyOf: schemas };
  }
}

function typeArguments(checker, type) {
  return type.flags & ts.TypeFlags.Object && type.objectFlags & ts.ObjectFlags.Reference
    ? checker.getTypeArguments(type).filter((argument) => !argument.isThisType)
    : [];
}

function isOptional({ flags }) {
  return (flags & ts.SymbolFlags.Optional) !== 0;
}

/** The compiler's own order of the parts of a union changes with what else it has read. */
function inOrder(types) {
  const place = (type) => (type.symbol ?? type.aliasSymbol)?.declarations?.[0]?.pos ?? -1;
  const text = (type) => (type.isLiteral() ? String(type.value) : '');
  return types.toSorted(
    (one, other) => place(one) - place(other) || text(one).localeCompare(text(other), 'en'),
  );
}

function isPlain(schema) {
  return typeof schema.type === 'string' && Object.keys(schema).length === 1;
}

function orNull(schema) {
  if (isPlain(schema)) return { type: [schema.type, 'null'] };
  if (schema.enum !== undefined) return { enum: [...schema.enum, null] };
  if (schema.anyOf !== undefined) return { anyOf: [...schema.anyOf, { type: 'null' }] };
  return { anyOf: [schema, { type: 'null' }] };
}

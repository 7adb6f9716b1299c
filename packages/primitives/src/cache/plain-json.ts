/**
 * @throws A `TypeError` that says where, unless a value comes back from JSON as it is. Properties that are `undefined`
 * do not come back, which nobody minds.
 */
export function requirePlainJson(value: unknown): void {
  if (value !== undefined) check(value, 'the value', new Set());
}

function check(value: unknown, where: string, above: Set<object>): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return;
      throw new TypeError(`${where} is ${value === 0 ? '-0' : value}, which JSON cannot hold`);
    case 'object':
      if (value !== null) checkObject(value, where, above);
      return;
    default:
      throw new TypeError(`${where} is of type ${typeof value}, which JSON cannot hold`);
  }
}

function checkObject(value: object, where: string, above: Set<object>): void {
  if (above.has(value)) throw new TypeError(`${where} contains itself, which JSON cannot hold`);
  above.add(value);
  // Not by `Object.prototype` itself: what another realm made is as plain.
  if (prototypesOf(value) > (Array.isArray(value) ? 2 : 1)) {
    const { name = 'class' } = (value.constructor ?? {}) as { name?: string };
    throw new TypeError(`${where} is a ${name}, which does not come back from JSON as it is`);
  }
  if (
    Object.getOwnPropertySymbols(value).some((symbol) =>
      Object.prototype.propertyIsEnumerable.call(value, symbol),
    )
  ) {
    throw new TypeError(`${where} has a property with a symbol for a key, which JSON cannot hold`);
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) check(value[index], `${where}[${index}]`, above);
    if (Object.keys(value).length > value.length) {
      throw new TypeError(`${where} is an array with further properties, which JSON cannot hold`);
    }
  } else {
    for (const [key, inner] of Object.entries(value)) {
      if (inner !== undefined) check(inner, `${where}.${key}`, above);
    }
  }
  above.delete(value);
}

function prototypesOf(value: object): number {
  let count = 0;
  for (let next: unknown = Object.getPrototypeOf(value); next !== null; count++)
    next = Object.getPrototypeOf(next);
  return count;
}

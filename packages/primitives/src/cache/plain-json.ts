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
      if (Number.isFinite(value)) return;
      throw new TypeError(`${where} is ${value}, which JSON cannot hold`);
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
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) check(value[index], `${where}[${index}]`, above);
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      const { name = 'class' } = (value.constructor ?? {}) as { name?: string };
      throw new TypeError(`${where} is a ${name}, which does not come back from JSON as it is`);
    }
    for (const [key, inner] of Object.entries(value)) {
      if (inner !== undefined) check(inner, `${where}.${key}`, above);
    }
  }
  above.delete(value);
}

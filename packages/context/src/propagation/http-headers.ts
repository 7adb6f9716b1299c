import { type Carrier, removeFrom, textOf } from './carrier.ts';

/** Headers behind methods: those of `fetch`, and the metadata of gRPC, which returns a list for each name. */
export interface HeaderCollection {
  get(name: string): unknown;
  set(name: string, value: string): unknown;
  delete?(name: string): unknown;
  /** gRPC's way to delete. */
  remove?(name: string): unknown;
  keys?(): Iterable<string>;
  /** gRPC's way to tell the names. */
  getMap?(): object;
}

/** The headers of a request: a plain object as `node:http` has them, `Headers`, or the metadata of gRPC. */
export type HttpHeaders =
  HeaderCollection | { [name: string]: string | number | readonly string[] | undefined };

/** Reads and writes HTTP headers; names in any case are the same, and are written in lower case. */
export const httpHeaders: Carrier<HttpHeaders> = {
  get(headers, name) {
    if (isCollection(headers)) return textOf(headers.get(name));
    return textOf(headers[nameIn(headers, name)]);
  },
  set(headers, name, value) {
    if (isCollection(headers)) headers.set(name, value);
    else headers[nameIn(headers, name)] = value;
  },
  remove(headers, name) {
    if (isCollection(headers)) removeFrom(headers, name);
    else delete headers[nameIn(headers, name)];
  },
  keys(headers) {
    if (!isCollection(headers)) return Object.keys(headers);
    return headers.keys ? [...headers.keys()] : Object.keys(headers.getMap?.() ?? {});
  },
};

function isCollection(headers: HttpHeaders): headers is HeaderCollection {
  return typeof headers['get'] === 'function' && typeof headers['set'] === 'function';
}

/** The header as the object spells it, in lower case where it has none. */
function nameIn(headers: object, name: string): string {
  if (Object.hasOwn(headers, name)) return name;
  const lower = name.toLowerCase();
  for (const key of Object.keys(headers)) {
    if (key.length === lower.length && key.toLowerCase() === lower) return key;
  }
  return lower;
}

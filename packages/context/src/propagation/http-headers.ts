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

/**
 * Reads and writes HTTP headers; names in any case are the same, and are written in lower case. What a plain
 * object holds in several spellings are several values, of which writing leaves one.
 */
export const httpHeaders: Carrier<HttpHeaders> = {
  get(headers, name) {
    if (isCollection(headers)) return textOf(headers.get(name));
    const lower = name.toLowerCase();
    let values: unknown;
    for (const key of Object.keys(headers)) {
      if (!isSpelling(key, lower)) continue;
      values = values === undefined ? headers[key] : [values, headers[key] ?? []].flat();
    }
    return textOf(values);
  },
  set(headers, name, value) {
    if (isCollection(headers)) {
      headers.set(name, value);
      return;
    }
    const lower = name.toLowerCase();
    let isWritten = false;
    for (const key of Object.keys(headers)) {
      if (!isSpelling(key, lower)) continue;
      if (isWritten) delete headers[key];
      else headers[key] = value;
      isWritten = true;
    }
    if (!isWritten) headers[lower] = value;
  },
  remove(headers, name) {
    if (isCollection(headers)) {
      removeFrom(headers, name);
      return;
    }
    const lower = name.toLowerCase();
    for (const key of Object.keys(headers)) if (isSpelling(key, lower)) delete headers[key];
  },
  keys(headers) {
    if (!isCollection(headers)) return Object.keys(headers);
    return headers.keys ? [...headers.keys()] : Object.keys(headers.getMap?.() ?? {});
  },
};

function isCollection(headers: HttpHeaders): headers is HeaderCollection {
  return typeof headers['get'] === 'function' && typeof headers['set'] === 'function';
}

function isSpelling(key: string, lower: string): boolean {
  return key === lower || (key.length === lower.length && key.toLowerCase() === lower);
}

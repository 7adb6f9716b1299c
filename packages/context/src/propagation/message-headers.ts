import { type Carrier, removeFrom, textOf } from './carrier.ts';

/** Headers behind methods, as those of NATS. */
export interface MessageHeaderCollection {
  get(name: string): unknown;
  set(name: string, value: string): unknown;
  delete?(name: string): unknown;
  keys(): Iterable<string>;
  /** All values of a header; one of several is not seen without it. */
  values?(name: string): unknown;
}

/** Headers one by one, as `node-rdkafka` has them: an object with one field each. */
export type MessageHeaderList = { [name: string]: unknown }[];

/**
 * The headers of a message: a plain object as Kafka (`kafkajs`) and AMQP clients have them, a list of
 * objects with one field each (`node-rdkafka`), or an object with methods (NATS).
 */
export type MessageHeaders = MessageHeaderCollection | MessageHeaderList | { [name: string]: unknown };

/** Reads and writes the headers of messages. Values may be strings or bytes of UTF-8; strings are written. */
export const messageHeaders: Carrier<MessageHeaders> = {
  get(headers, name) {
    if (isList(headers)) {
      const values = headers.filter((header) => holds(header, name)).map((header) => header[name]);
      return values.length > 0 ? textOf(values.flat()) : undefined;
    }
    if (!isCollection(headers)) return textOf(headers[name]);
    const all = headers.values?.(name);
    return textOf(Array.isArray(all) ? all : headers.get(name));
  },
  set(headers, name, value) {
    if (isList(headers)) {
      messageHeaders.remove(headers, name);
      headers.push({ [name]: value });
    } else if (isCollection(headers)) headers.set(name, value);
    else headers[name] = value;
  },
  remove(headers, name) {
    if (isList(headers)) {
      const others = headers.filter((header) => !holds(header, name));
      headers.splice(0, headers.length, ...others);
    } else if (isCollection(headers)) removeFrom(headers, name);
    else delete headers[name];
  },
  keys(headers) {
    if (isList(headers)) return headers.filter(isObject).flatMap(Object.keys);
    return isCollection(headers) ? [...headers.keys()] : Object.keys(headers);
  },
};

const isList = (headers: MessageHeaders): headers is MessageHeaderList => Array.isArray(headers);

/** Whatever is no object in a list that arrived, such as `null`, holds nothing. */
const isObject = (header: unknown): boolean => typeof header === 'object' && header !== null;

const holds = (header: { [name: string]: unknown }, name: string): boolean =>
  isObject(header) && Object.hasOwn(header, name);

function isCollection(
  headers: MessageHeaderCollection | { [name: string]: unknown },
): headers is MessageHeaderCollection {
  return [headers.get, headers.set, headers.keys].every((method) => typeof method === 'function');
}

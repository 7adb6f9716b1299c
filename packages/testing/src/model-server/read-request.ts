import type { IncomingMessage } from 'node:http';
import { readBody } from '../internal/read-body.ts';
import { isObject } from './json-text.ts';
import type { WireFormat } from './wire-format.ts';

/** The most that a request may hold, in bytes: what Anthropic takes as well. */
const bodyLimitBytes = 32 * 1024 * 1024;

/** A request that is not served, with the status that says so. */
export class RefusedError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What a request says. @throws {@link RefusedError} where it is none that is served. */
export async function readRequest(
  incoming: IncomingMessage,
  path: string,
  formats: ReadonlyMap<string, WireFormat>,
): Promise<{ readonly format: WireFormat; readonly body: Readonly<Record<string, unknown>> }> {
  // Read whatever it is: a client that is cut off while it sends does not see the answer.
  const sent = await readBody(incoming, bodyLimitBytes);
  const format = formats.get(path);
  if (!format)
    throw new RefusedError(404, `${path} is not served here, only ${[...formats.keys()].join(', ')}`);
  if (incoming.method !== 'POST') throw new RefusedError(405, `${path} is asked by POST`);
  if (!sent) throw new RefusedError(413, `the body has more than ${bodyLimitBytes} bytes`);
  const body = parsed(sent);
  for (const name of format.required)
    if (body[name] === undefined) throw new RefusedError(400, `${name}: the field is required`);
  const fault = format.fault(body);
  if (fault !== undefined) throw new RefusedError(400, fault);
  if (body['stream'] === true && !format.events) throw new RefusedError(400, `${path} has no stream`);
  return { format, body };
}

/** Whether a character of a text is half: an escape makes such a one, and no provider reads it (RFC 8259 §8.2). */
function hasHalf(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

function parsed(sent: Buffer): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(sent.toString(), (key, value: unknown) => {
      if (hasHalf(key) || (typeof value === 'string' && hasHalf(value)))
        throw new SyntaxError('no low surrogate in string');
      return value;
    });
  } catch (error) {
    throw new RefusedError(400, `the body is no JSON: ${(error as Error).message}`);
  }
  if (!isObject(body)) throw new RefusedError(400, 'the body has to be an object');
  return body;
}

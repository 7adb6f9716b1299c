import { CommandError } from './command-error.ts';
import { addressOf, portOwner } from './doctor/port-owner.ts';

/** No service of ours answers at the address. */
class NoServiceError extends CommandError {
  /** @param found - What another program that has the port does; `undefined` when none has it. */
  constructor(url: string, found?: string, cause?: unknown) {
    super(
      1,
      found === undefined
        ? `No TTA service answers at ${url}: start it with "tta-obs start", or name its port with --port.`
        : `No TTA service answers at ${url}: another program has that port, and ${found}. ` +
            'Name the port of the service with --port, or start it on another with "tta-obs start --port N".',
      cause,
    );
    this.name = 'NoServiceError';
  }
}

/** The error for an address where no service of ours answers, after a look at what has the port. Never throws. */
export async function noServiceError(url: string, cause?: unknown): Promise<NoServiceError> {
  const { hostname, port } = addressOf(url);
  const { isTaken, told } = await portOwner(hostname, port);
  return new NoServiceError(url, isTaken ? told : undefined, cause);
}

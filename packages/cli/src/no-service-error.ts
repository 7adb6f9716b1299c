import { CommandError } from './command-error.ts';

/** No service of ours answers at the address. */
export class NoServiceError extends CommandError {
  constructor(url: string, cause?: unknown) {
    super(
      1,
      `No TTA service answers at ${url}: start it with "tta-obs start", or name its port with --port.`,
      cause,
    );
    this.name = 'NoServiceError';
  }
}

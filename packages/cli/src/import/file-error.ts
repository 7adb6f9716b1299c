import { CommandError } from '../command-error.ts';

/** A file cannot be imported; others can. */
export class FileError extends CommandError {
  constructor(message: string, cause?: unknown) {
    super(1, message, cause);
  }
}

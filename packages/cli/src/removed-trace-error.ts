import { CommandError } from './command-error.ts';

/** A trace was removed, by retention or by hand, before all of it was read. */
export class RemovedTraceError extends CommandError {
  constructor() {
    super(1, 'The trace was removed while it was read: what was read of it is not all.');
  }
}

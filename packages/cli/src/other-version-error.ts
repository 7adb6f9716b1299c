import { CommandError } from './command-error.ts';

/** A service of ours answers at the address, and in another form than one of this version does. */
export class OtherVersionError extends CommandError {
  constructor(url: string) {
    super(
      1,
      `The service at ${url} is of another version than this program: stop it with "tta-obs stop", and start this one with "tta-obs start".`,
    );
  }
}

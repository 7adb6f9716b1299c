import { ManualClock } from '@tta/obs-context/manual';

/** A manual clock whose timers fire but that cannot be read while it has a fault, which is what reading it does. */
export class FailingClock extends ManualClock {
  fault: (() => number) | undefined;

  override monotonic(): number {
    return this.fault ? this.fault() : super.monotonic();
  }

  /** From now on. */
  break(): void {
    this.fault = () => {
      throw new Error('no time');
    };
  }
}

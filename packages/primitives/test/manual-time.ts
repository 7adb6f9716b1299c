import { ManualClock } from '@tta/obs-testing';

/** For `observed`: time stands still until the spec moves it. */
export const manualTime = (): { readonly clock: ManualClock } => ({ clock: new ManualClock() });

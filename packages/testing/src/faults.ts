import { breakStream } from './faults/break-stream.ts';
import { delay } from './faults/delay.ts';
import { dropTelemetry } from './faults/drop-telemetry.ts';
import { failTimes } from './faults/fail-times.ts';
import { hang } from './faults/hang.ts';

/**
 * Steps that go wrong, each made of a step and of its kind: a primitive for a primitive, a function of the same name for
 * a function, with the same types. In traces and metrics they show as the step itself does: one span with its type,
 * action and name, none between. So a test of the healthy workflow and one of the faulty expect the same tree.
 *
 * Faults go around each other: `faults.failTimes(1, faults.delay(100, step))` fails once at once, then is late. What
 * they stand for streams through them.
 */
export const faults = { failTimes, delay, hang, breakStream, dropTelemetry } as const;

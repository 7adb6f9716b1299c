// Compiled against the packed declarations: what a user's compiler infers from them.
import { lambda, parallel, sequential, type InstrumentedPrimitive } from '@tta/obs-primitives';

const length = lambda('length', (text: string) => text.length);
const both = sequential(length, parallel({ twice: (n: number) => n * 2, text: (n: number) => String(n) }));

export const inferred: InstrumentedPrimitive<string, { twice: number; text: string }> = both;

// @ts-expect-error A number does not fit a step that takes text.
export const misfit = sequential(length, length);

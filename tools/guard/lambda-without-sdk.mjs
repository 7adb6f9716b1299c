/** A primitive and a bare call when nothing is registered with OpenTelemetry. Prints JSON. */
import { lambda } from '@tta/obs-primitives';
import { interleave } from '../bench/interleave.mjs';

const bare = async (input) => input + 1;
const primitive = lambda('bare', bare);
const result = await interleave(
  { other: (i) => bare(i), lambda: (i) => primitive.execute(i) },
  { operations: 20_000 },
);
process.stdout.write(JSON.stringify(result));

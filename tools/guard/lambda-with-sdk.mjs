/** A primitive with the OpenTelemetry SDK on, and a function that emits the same by hand. Prints JSON. */
import { lambda } from '@tta/obs-primitives';
import { handWritten } from '../bench/by-hand.mjs';
import { interleave } from '../bench/interleave.mjs';
import { startRecordingSdk } from '../bench/recording-sdk.mjs';

const sdk = startRecordingSdk();
const bare = async (input) => input + 1;
const byHand = handWritten(sdk)(bare);
const primitive = lambda('bare', bare);
const result = await interleave({ other: (i) => byHand(i), lambda: (i) => primitive.execute(i) });
await sdk.flush();
if (sdk.exported() === 0) throw new Error('no span reached the exporter');
process.stdout.write(JSON.stringify(result));

/** One primitive when nothing is registered with OpenTelemetry, in a process of its own. Prints JSON. */
import { lambda, sequential } from '@tta/obs-primitives';
import { interleave } from './interleave.mjs';

const bare = async (input) => input + 1;
const primitive = lambda('bare', bare);
const chain = sequential(bare, bare, bare);

const result = await interleave(
  {
    'bare async call': (i) => bare(i),
    'lambda, no SDK': (i) => primitive.execute(i),
    'three bare calls': async (i) => bare(await bare(await bare(i))),
    'sequential of three, no SDK': (i) => chain.execute(i),
  },
  { operations: 20_000 },
);
process.stdout.write(JSON.stringify(result));

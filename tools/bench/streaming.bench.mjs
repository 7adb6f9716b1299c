import { measure, measureWith } from './measure.mjs';

export const title = 'Streams';

const settings = { 'no SDK': 'none', 'SDK on': 'recording' };
const [bare, byHand, ours] = ['bare async generator', 'generator by hand, span and counts', 'streaming()'];

export function run({ progress }) {
  const measured = Object.entries(settings).map(([setting, arg]) => {
    progress(`streaming: ${setting} …`);
    return { setting, ...measureWith({ script: './streaming-cost.mjs', args: [arg] }) };
  });
  progress('streaming: a million chunks, read slowly …');
  const { ahead, grownMiB } = measure('./streaming-heap.mjs', '--expose-gc');
  const perChunk = (whole, side) => whole[10_000][side].nsPerOp / 10_000 / 1000;
  return {
    rows: measured.flatMap(({ setting, whole, first }) =>
      Object.keys(first).map((side) => ({
        setting,
        side,
        'µs a stream of 1': (whole[1][side].nsPerOp / 1000).toFixed(1),
        'of 100': (whole[100][side].nsPerOp / 1000).toFixed(0),
        'of 10,000': (whole[10_000][side].nsPerOp / 1000).toFixed(0),
        'µs a chunk': perChunk(whole, side).toFixed(2),
        'µs to the first': first[side].toFixed(1),
      })),
    ),
    goals: [
      ...measured.map(({ setting, whole }) => ({
        goal: `${setting}, a chunk over a bare async generator`,
        value: perChunk(whole, ours) - perChunk(whole, bare),
        limit: 1,
        unit: 'µs',
      })),
      ...measured.map(({ setting, whole }) => ({
        goal: `${setting}, 10,000 chunks against a generator by hand`,
        value: perChunk(whole, ours) / perChunk(whole, byHand),
        limit: 1.3,
        unit: '×',
      })),
      ...measured.map(({ setting, first }) => ({
        goal: `${setting}, the first chunk later than by hand`,
        value: first[ours] - first[byHand],
        limit: 50,
        unit: 'µs',
      })),
      { goal: 'chunks made ahead of a slow reader', value: ahead, limit: 1, unit: '' },
      { goal: 'heap grown by a million chunks', value: grownMiB, limit: 1, unit: 'MiB' },
    ],
  };
}

import type { Random } from '@tta/obs-context';
import { seededRandom } from '@tta/obs-context/manual';
import { grpcMessage } from '../http/grpc-message.ts';
import { otlpProtobuf } from '../testing/otlp-protobuf.ts';
import { below, oneOf } from './chance.ts';
import { REQUESTS } from './corpus.ts';
import type { FuzzInput } from './fuzz-input.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateJson, swellJson } from './mutate-json.ts';
import { mutateProtobuf, swellProtobuf } from './mutate-protobuf.ts';

/** Before the message of a gRPC call. */
const PREFIX_BYTES = 5;
const SWOLLEN_BYTES = 300_000;
/** How often an input is swollen: it takes as long as hundreds of others. */
const SWOLLEN_PART = 0.001;

/** The input of this seed: always the same, as long as corpus and mutations are. */
export function makeInput(seed: number, corpus: readonly FuzzInput[]): FuzzInput {
  const random = seededRandom(seed);
  // Neighbouring seeds begin alike.
  random.next();
  const input = oneOf(random, corpus);
  const other = oneOf(random, corpus).bytes;
  const { signal, encoding } = input;
  switch (encoding) {
    case 'json':
      return { signal, encoding, bytes: jsonBytes(input.bytes, random, other) };
    case 'protobuf':
      return { signal, encoding, bytes: protobufBytes(input, random, other) };
    case 'grpc': {
      const message = protobufBytes({ ...input, bytes: input.bytes.subarray(PREFIX_BYTES) }, random, other);
      const framed = grpcMessage(message);
      return {
        signal,
        encoding,
        bytes: random.next() < 0.5 ? mutateBytes(framed, random, other) : framed,
      };
    }
  }
}

function jsonBytes(bytes: Buffer, random: Random, other: Buffer): Buffer {
  let request: unknown = JSON.parse(bytes.toString());
  for (let count = below(random, 6); count > 0; count--) request = mutateJson(request, random);
  if (random.next() < SWOLLEN_PART) request = swellJson(request, random, SWOLLEN_BYTES);
  const text = Buffer.from((JSON.stringify(request) as string | undefined) ?? '');
  return random.next() < 0.3 ? mutateBytes(text, random, other) : text;
}

function protobufBytes({ signal, bytes }: FuzzInput, random: Random, other: Buffer): Buffer {
  let result = random.next() < 0.1 ? otlpProtobuf(signal, oneOf(random, REQUESTS[signal]), random) : bytes;
  result = mutateProtobuf(result, random, below(random, 6));
  if (random.next() < SWOLLEN_PART) result = swellProtobuf(result, random, SWOLLEN_BYTES);
  return random.next() < 0.3 ? mutateBytes(result, random, other) : result;
}

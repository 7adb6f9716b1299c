import type { AiMessage, AiOperation, AiPart, AiTranscript } from '../ai-span.ts';
import type { AttributeJson } from '../trace.ts';
import { isContainer } from './container.ts';
import type { ToldMessages } from './told-messages.ts';

/** What a span adds to a transcript. */
export interface Turn {
  /** Messages of its input that stand in a turn before it. */
  readonly earlierCount: number;
  /** Empty where the same instructions stand above. */
  readonly systemInstructions: readonly AiPart[];
  readonly input: readonly AiMessage[];
  readonly output: readonly AiMessage[];
  /** What a tool or another span that is no conversation was given; `null` also where the model's call of it stands above. */
  readonly arguments: AttributeJson;
  /** What it returned. */
  readonly result: AttributeJson;
  /** There was more than a transcript holds. */
  readonly isCut: boolean;
}

/** Of a span whose messages were not captured. */
export const SILENT: Turn = {
  earlierCount: 0,
  systemInstructions: [],
  input: [],
  output: [],
  arguments: null,
  result: null,
  isCut: false,
};

/** Whether there is anything to be read in a turn. */
export function saysAnything(turn: Turn): boolean {
  return (
    turn.systemInstructions.length > 0 ||
    turn.arguments !== null ||
    turn.result !== null ||
    [...turn.input, ...turn.output].some(({ parts }) => parts.length > 0)
  );
}

/**
 * What is new in a span of an AI program.
 *
 * @param told - What has been told in the conversation that it belongs to.
 */
export function turnOf(
  operation: AiOperation,
  name: string,
  transcript: AiTranscript,
  told: ToldMessages,
): Turn {
  const { arguments: given, result, isCut } = transcript;
  if (operation === 'tool') {
    const isCallTold = told.tool(name, transcript);
    return { ...SILENT, arguments: isCallTold ? null : given, result, isCut };
  }
  const { hasNewInstructions, ...messages } = told.turn(transcript, isContainer(operation));
  const systemInstructions = hasNewInstructions ? transcript.systemInstructions : [];
  return { ...messages, systemInstructions, arguments: given, result, isCut };
}

import type { AiOperation, AiTranscript } from '@tta/obs-protocol';
import { dataText, instructionText, messageText, type LabelledText } from './message-text.ts';
import { isContainer } from './container.ts';
import type { ToldMessages } from './told-messages.ts';

/** What a span adds to a transcript. */
export interface Turn {
  /** Messages of its input that stand in a turn before it. */
  readonly earlierCount: number;
  readonly texts: readonly LabelledText[];
  /** There was more than a transcript holds. */
  readonly isCut: boolean;
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
    return { earlierCount: 0, texts: dataTexts(isCallTold ? null : given, result), isCut };
  }
  const { hasNewInstructions, earlierCount, input, output } = told.turn(transcript, isContainer(operation));
  return {
    earlierCount,
    texts: [
      ...(hasNewInstructions ? instructionText(transcript.systemInstructions) : []),
      ...[...input, ...output].flatMap(messageText),
      ...dataTexts(given, result),
    ],
    isCut,
  };
}

function dataTexts(
  given: AiTranscript['arguments'],
  result: AiTranscript['result'],
): readonly LabelledText[] {
  return [
    ...(given === null ? [] : [dataText('given', given)]),
    ...(result === null ? [] : [dataText('result', result)]),
  ];
}

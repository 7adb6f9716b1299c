import { aiSpanShape } from './ai-shape.ts';
import { isAttribute, isSpanId, isTextOrNull } from './field-checks.ts';
import { either, is, isFlag, isText, listOf, shape } from './json-shape.ts';

const isValue = (value: unknown): boolean => isAttribute(value);

const partShape = either(
  shape({ type: either(is('text'), is('reasoning')), text: isText }),
  shape({ type: is('tool_call'), id: isTextOrNull, name: isText, arguments: isValue }),
  shape({ type: is('tool_response'), id: isTextOrNull, response: isValue }),
  shape({ type: is('blob'), mimeType: isTextOrNull, modality: isTextOrNull, data: isText }),
  shape({ type: is('uri'), mimeType: isTextOrNull, modality: isTextOrNull, uri: isText }),
  shape({ type: is('file'), mimeType: isTextOrNull, modality: isTextOrNull, fileId: isText }),
  shape({ type: is('unknown'), value: isValue }),
);

const messageShape = shape({ role: isText, name: isTextOrNull, parts: listOf(partShape) });

export const spanTranscriptShape = shape({
  spanId: isSpanId,
  ai: aiSpanShape,
  transcript: shape({
    systemInstructions: listOf(partShape),
    input: listOf(messageShape),
    output: listOf(messageShape),
    toolDefinitions: listOf(shape({ name: isText, description: isTextOrNull, parameters: isValue })),
    arguments: isValue,
    result: isValue,
    isCut: isFlag,
  }),
});

import type { AiToolDefinition, AttributeJson } from '@tta/obs-protocol';
import { isList, isObject, member, parsedJson, textMember, type JsonObject } from './bounded-json.ts';

const MOST_TOOLS = 1024;
/** What the schema of the arguments is called. */
const SCHEMA_NAMES = ['parameters', 'inputSchema', 'input_schema', 'arguments'];

/** Reads the tools that a model may call, from a list of them in any of the usual shapes, or of their names. */
export function readToolDefinitions(value: AttributeJson | undefined): readonly AiToolDefinition[] {
  const told = value === undefined ? null : parsedJson(value);
  if (!isList(told)) return [];
  return told.slice(0, MOST_TOOLS).flatMap((item) => definition(parsedJson(item)) ?? []);
}

function definition(told: AttributeJson): AiToolDefinition | null {
  if (typeof told === 'string')
    return told === '' ? null : { name: told, description: null, parameters: null };
  if (!isObject(told)) return null;
  const tool = described(told);
  const name = textMember(tool, 'name');
  if (name === null) return null;
  const schema = SCHEMA_NAMES.map((one) => member(tool, one)).find((one) => one !== undefined);
  return {
    name,
    description: textMember(tool, 'description'),
    parameters: schema === undefined ? null : parsedJson(schema),
  };
}

/** OpenAI has it in a `function`, OpenInference in a `tool`, as JSON. */
function described(told: JsonObject): JsonObject {
  const tool = member(told, 'tool');
  const schema = isObject(tool) ? parsedJson(member(tool, 'json_schema') ?? null) : null;
  const outer = isObject(schema) ? schema : told;
  const called = member(outer, 'function');
  return isObject(called) ? called : outer;
}

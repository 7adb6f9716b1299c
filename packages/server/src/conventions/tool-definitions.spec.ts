import { describe, expect, it } from '@jest/globals';
import type { AttributeJson } from '@tta/obs-protocol';
import { readToolDefinitions } from './tool-definitions.ts';

const parameters = { type: 'object' };
const tool = { name: 'f', description: 'does', parameters };

describe('readToolDefinitions', () => {
  it.each<[string, AttributeJson]>([
    ['OpenTelemetry', [{ type: 'function', ...tool }]],
    ['OpenAI', [{ type: 'function', function: tool }]],
    ['Anthropic', [{ name: 'f', description: 'does', input_schema: parameters }]],
    [
      'the AI SDK, JSON of each',
      [JSON.stringify({ type: 'function', name: 'f', description: 'does', inputSchema: parameters })],
    ],
    ['OpenLLMetry, the schema as JSON', [{ name: 'f', description: 'does', arguments: '{"type":"object"}' }]],
    ['OpenInference', [{ tool: { json_schema: JSON.stringify({ function: tool }) } }]],
    ['JSON of all', JSON.stringify([tool])],
  ])('reads those of %s', (_who, value) => {
    expect(readToolDefinitions(value)).toEqual([tool]);
  });

  it('reads names alone', () => {
    expect(readToolDefinitions('["f",""]')).toEqual([{ name: 'f', description: null, parameters: null }]);
  });

  it.each<[AttributeJson | undefined]>([
    [undefined],
    [null],
    ['f'],
    [{ f: {} }],
    [[7, null, {}, { name: 7 }]],
  ])('takes %j for none', (value) => {
    expect(readToolDefinitions(value)).toEqual([]);
  });
});

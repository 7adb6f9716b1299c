import { describe, expect, it } from '@jest/globals';
import type { AiMessage, AiPart, AttributeJson } from '@tta/obs-protocol';
import { MessageReader } from './messages.ts';

function read(value: AttributeJson | undefined, isLoose = true): readonly AiMessage[] {
  return new MessageReader().read(value, 'user', isLoose);
}
function parts(part: AttributeJson): readonly AiPart[] {
  return new MessageReader().parts([part]);
}
const text = (said: string): AiPart => ({ type: 'text', text: said });
const message = (role: string, ...said: AiPart[]): AiMessage => ({ role, name: null, parts: said });
const call: AiPart = { type: 'tool_call', id: 'c1', name: 'f', arguments: { x: 1 } };
const response: AiPart = { type: 'tool_response', id: 'c1', response: { y: 2 } };

describe('MessageReader', () => {
  it.each<[string, AttributeJson | undefined, readonly AiMessage[]]>([
    ['nothing', undefined, []],
    ['null', null, []],
    ['an empty text', '', []],
    ['a text', 'hi', [message('user', text('hi'))]],
    ['a number', 5, [message('user', { type: 'unknown', value: 5 })]],
    ['an empty list', [], []],
    ['an empty object', {}, []],
    ['texts', ['a', 'b'], [message('user', text('a'), text('b'))]],
    ['JSON of messages', '[{"role":"user","content":"hi"}]', [message('user', text('hi'))]],
    ['JSON that is none', '[{"role":', [message('user', text('[{"role":'))]],
    [
      'the parts of OpenTelemetry',
      [{ role: 'assistant', name: 'n', parts: [{ type: 'text', content: 'hi' }] }],
      [{ role: 'assistant', name: 'n', parts: [text('hi')] }],
    ],
    [
      'OpenAI with calls',
      [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
        },
      ],
      [message('assistant', call)],
    ],
    [
      'an answer to a call by OpenAI',
      [{ role: 'tool', tool_call_id: 'c1', content: '{"y":2}' }],
      [message('tool', response)],
    ],
    [
      'a request',
      { model: 'm', messages: [{ role: 'developer', content: 'be' }] },
      [message('system', text('be'))],
    ],
    [
      'an answer with choices',
      {
        choices: [
          { message: { role: 'assistant', content: 'a' } },
          { message: { role: 'assistant', content: 'b' } },
        ],
      },
      [message('assistant', text('a')), message('assistant', text('b'))],
    ],
    ['choices that are none', { choices: [7] }, [message('user', { type: 'unknown', value: 7 })]],
    [
      'a request to OpenAI for a response',
      { model: 'm', input: 'hi', text: { format: {} } },
      [message('user', text('hi'))],
    ],
    [
      'a response of OpenAI',
      {
        output: [
          { type: 'reasoning', content: 'hm' },
          { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"x":1}' },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
        ],
      },
      [
        message('user', { type: 'reasoning', text: 'hm' }),
        message('user', call),
        message('assistant', text('hi')),
      ],
    ],
    [
      'Anthropic with calls among the contents',
      [
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'hi' },
            { type: 'tool_use', id: 'c1', name: 'f', input: { x: 1 } },
          ],
        },
      ],
      [message('assistant', text('hi'), call)],
    ],
    [
      'an answer to a call by Anthropic',
      [
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: '{"y":2}' }] }],
        },
      ],
      [message('tool', response)],
    ],
    [
      'an answer to a call beside a question',
      [
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: '{"y":2}' },
            { type: 'text', text: 'so?' },
          ],
        },
      ],
      [message('user', response, text('so?'))],
    ],
    [
      'the AI SDK',
      [
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'c1',
              toolName: 'f',
              output: { type: 'json', value: { y: 2 } },
            },
          ],
        },
      ],
      [message('tool', response)],
    ],
    [
      'an answer of the AI SDK',
      {
        role: 'assistant',
        reasoning: 'hm',
        content: 'hi',
        toolCalls: '[{"toolCallId":"c1","toolName":"f","input":{"x":1}}]',
      },
      [message('assistant', { type: 'reasoning', text: 'hm' }, text('hi'), call)],
    ],
    [
      'reasoning in parts',
      { role: 'assistant', reasoning: [{ type: 'text', text: 'hm' }, { type: 'odd' }], content: '' },
      [message('assistant', { type: 'reasoning', text: 'hm' }, { type: 'unknown', value: { type: 'odd' } })],
    ],
    [
      'a reply of ours',
      { text: 'hi', toolCalls: [{ id: 'c1', name: 'f', arguments: { x: 1 } }], usage: {} },
      [message('user', text('hi'), call)],
    ],
    [
      'OpenInference',
      [
        {
          message: {
            role: 'assistant',
            contents: [
              { message_content: { type: 'text', text: 'hi' } },
              {
                message_content: { type: 'tool_use' },
                tool_call: { id: 'c1', function: { name: 'f', arguments: '{"x":1}' } },
              },
            ],
          },
        },
      ],
      [message('assistant', text('hi'), call)],
    ],
    [
      'OpenInference with its calls beside the contents that they are',
      [
        {
          message: {
            role: 'assistant',
            tool_calls: [{ tool_call: { id: 'c1', function: { name: 'f', arguments: '{"x":1}' } } }],
            contents: [
              { message_content: { type: 'tool_use' }, tool_call: { id: 'c1', function: { name: 'f' } } },
            ],
          },
        },
      ],
      [message('assistant', call)],
    ],
    [
      'LangChain',
      [
        { type: 'human', content: 'hi' },
        { type: 'ai', content: 'ho' },
      ].map((one) => ({ ...one, role: one.type })),
      [message('user', text('hi')), message('assistant', text('ho'))],
    ],
    ['a prompt', { prompt: 'hi' }, [message('user', text('hi'))]],
    [
      'calls that are none',
      { role: 'assistant', tool_calls: [7, {}] },
      [message('assistant', { type: 'unknown', value: 7 }, { type: 'unknown', value: {} })],
    ],
    [
      'a request to Gemini',
      {
        contents: [
          { role: 'user', parts: [{ text: 'hi' }] },
          { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'f', args: { x: 1 } } }] },
          { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'f', response: { y: 2 } } }] },
        ],
      },
      [message('user', text('hi')), message('assistant', call), message('tool', response)],
    ],
    [
      'an answer of Gemini',
      { candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] } }] },
      [message('assistant', text('hi'))],
    ],
    [
      'an answer of the ADK',
      { content: { role: 'model', parts: [{ text: 'hi' }] } },
      [message('assistant', text('hi'))],
    ],
    [
      'what is no message',
      { city: 'Paris' },
      [message('user', { type: 'unknown', value: { city: 'Paris' } })],
    ],
    [
      'numbers, as of an embedding',
      { role: 'user', content: [1, 2] },
      [message('user', { type: 'unknown', value: [1, 2] })],
    ],
  ])('reads %s', (_what, value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  it.each<[string, AttributeJson]>([
    ['a text', 'hi'],
    ['an object', { city: 'Paris' }],
    ['a list of values', [1, 2]],
    ['an input that is a text', { input: 'hi' }],
  ])('takes %s for no message where that may be a value', (_what, value) => {
    expect(read(value, false)).toEqual([]);
  });

  it('finds messages also where there may be a value', () => {
    expect(read([{ role: 'user', content: 'hi' }], false)).toEqual([message('user', text('hi'))]);
  });

  it.each<[string, AttributeJson, AiPart]>([
    ['reasoning', { type: 'thinking', thinking: 'hm' }, { type: 'reasoning', text: 'hm' }],
    ['a text without a type', { text: 'hi' }, text('hi')],
    [
      'a blob',
      { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'QQ==' },
      { type: 'blob', modality: 'image', mimeType: 'image/png', data: 'QQ==' },
    ],
    [
      'an address',
      { type: 'uri', mime_type: 'audio/wav', uri: 'https://x/y' },
      { type: 'uri', modality: 'audio', mimeType: 'audio/wav', uri: 'https://x/y' },
    ],
    [
      'a file',
      { type: 'file', modality: 'document', file_id: 'f1' },
      { type: 'file', modality: 'document', mimeType: null, fileId: 'f1' },
    ],
    [
      'an image of OpenAI',
      { type: 'image_url', image_url: { url: 'https://x/y' } },
      { type: 'uri', modality: 'image', mimeType: null, uri: 'https://x/y' },
    ],
    [
      'an image of OpenAI that is a text',
      { type: 'input_image', image_url: 'data:image/png;base64,QQ==' },
      { type: 'blob', modality: 'image', mimeType: 'image/png', data: 'QQ==' },
    ],
    [
      'an image of Anthropic',
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QQ==' } },
      { type: 'blob', modality: 'image', mimeType: 'image/png', data: 'QQ==' },
    ],
    [
      'an image of OpenInference',
      { message_content: { type: 'image', image: { image: { url: 'https://x/y' } } } },
      { type: 'uri', modality: 'image', mimeType: null, uri: 'https://x/y' },
    ],
    [
      'a file of the AI SDK',
      { type: 'file', mediaType: 'application/pdf', data: 'QQ==' },
      { type: 'blob', modality: 'document', mimeType: 'application/pdf', data: 'QQ==' },
    ],
    [
      'an address for data',
      { type: 'image', image: 'https://x/y' },
      { type: 'uri', modality: 'image', mimeType: null, uri: 'https://x/y' },
    ],
    ['an image of nothing', { type: 'image' }, { type: 'unknown', value: { type: 'image' } }],
    ['a text of nothing', { type: 'text' }, { type: 'unknown', value: { type: 'text' } }],
    ['reasoning of nothing', { type: 'reasoning' }, { type: 'unknown', value: { type: 'reasoning' } }],
    [
      'a call without arguments',
      { type: 'tool_call', name: 'f' },
      { type: 'tool_call', id: null, name: 'f', arguments: null },
    ],
    [
      'arguments that are no JSON',
      { type: 'tool_call', name: 'f', arguments: '{x' },
      { type: 'tool_call', id: null, name: 'f', arguments: '{x' },
    ],
    ['a call of nothing', { type: 'tool_call' }, { type: 'unknown', value: { type: 'tool_call' } }],
    [
      'an answer of nothing',
      { type: 'tool_call_response' },
      { type: 'tool_response', id: null, response: null },
    ],
    ['a call by Gemini of nothing', { functionCall: {} }, { type: 'unknown', value: { functionCall: {} } }],
    [
      'what is not known',
      { type: 'compaction', n: 1 },
      { type: 'unknown', value: { type: 'compaction', n: 1 } },
    ],
    ['a type of the prototype', { type: 'constructor' }, { type: 'unknown', value: { type: 'constructor' } }],
  ])('reads as a part %s', (_what, part, expected) => {
    expect(parts(part)).toEqual([expected]);
  });

  it('says that there was more than it read', () => {
    const reader = new MessageReader();
    const many = Array.from({ length: 5000 }, () => ({ role: 'user', content: 'x' }));
    expect(reader.read(many, 'user', true)).toHaveLength(4096);
    expect(reader.isCut).toBe(true);
  });

  it('reads messages in messages in messages as far as anybody means them', () => {
    let nested: AttributeJson = 'x';
    for (let depth = 0; depth < 100; depth++) nested = { messages: nested };
    expect(read(nested)).toEqual([]);
  });
});

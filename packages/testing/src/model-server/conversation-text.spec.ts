import { describe, expect, it } from '@jest/globals';
import { promptOf, textsOf } from './conversation-text.ts';

describe('promptOf', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a text', { input: 'the capital?' }, 'the capital?'],
    ['texts to embed', { input: ['a', 'b'] }, 'a\nb'],
    [
      'the last message of the user',
      {
        messages: [
          { role: 'user', content: 'first' },
          { role: 'user', content: 'second' },
          { role: 'assistant', content: 'answer' },
        ],
      },
      'second',
    ],
    [
      'parts of a message',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'see' },
              { type: 'text', text: 'this' },
            ],
          },
        ],
      },
      'see\nthis',
    ],
    [
      'items of a response',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'why?' }] }, { type: 'reasoning' }] },
      'why?',
    ],
    [
      'the message before results of tools',
      {
        messages: [
          { role: 'user', content: 'the weather?' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'weather', input: {} }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'sunny' }] },
        ],
      },
      'the weather?',
    ],
    ['nothing', { messages: [] }, ''],
    ['nothing of an image', { messages: [{ role: 'user', content: [{ type: 'image' }] }] }, ''],
    ['nothing of what is no conversation', { messages: 7 }, ''],
  ])('is %s', (_, body, prompt) => {
    expect(promptOf(body)).toBe(prompt);
  });
});

describe('textsOf', () => {
  it('is all that was said, wherever a provider has it', () => {
    expect(
      textsOf({
        system: [{ type: 'text', text: 'be short' }],
        messages: [
          { role: 'user', content: 'weather?' },
          { role: 'user', content: [{ type: 'tool_result', content: [{ type: 'text', text: 'sunny' }] }] },
          { role: 'tool', tool_call_id: 'a', content: 'warm' },
        ],
        tools: [{ name: 'weather' }],
      }),
    ).toEqual(['be short', 'weather?', 'sunny', 'warm']);
    expect(
      textsOf({
        instructions: 'be short',
        input: [
          { role: 'user', content: 'weather?' },
          { type: 'function_call', name: 'weather', arguments: '{}' },
          { type: 'function_call_output', call_id: 'a', output: 'sunny' },
        ],
      }),
    ).toEqual(['be short', 'weather?', '{}', 'sunny']);
  });
});

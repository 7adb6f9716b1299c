import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collect, cut, stream } from '../../test/streams.ts';
import { jsonElements } from './json-elements.ts';

const options = { lists: ['data', 'more'], name: 'part', limitLength: 1000 };

describe('jsonElements', () => {
  it('cuts any list into its elements, wherever the text is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 3 })),
        fc.constantFrom(undefined, 1, 2),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (items, indent, length, isMember) => {
          const first = { total: 1, text: '"data":[{\\', inner: { data: [1] } };
          const json = JSON.stringify(isMember ? { ...first, data: items, last: [2] } : items, null, indent);
          const elements = await collect(jsonElements(cut(json, length), { ...options, limitLength: 1e6 }));
          expect(elements.map((element) => ('text' in element ? JSON.parse(element.text) : element))).toEqual(
            JSON.parse(JSON.stringify(items)),
          );
          expect(elements.map((element) => ('index' in element ? element.index : -1))).toEqual(
            elements.map((_, index) => index),
          );
        },
      ),
    );
  });

  it.each([
    ['a document without the list', '{"a":[1],"b":{"data":[2]}}', ['{"a":[1],"b":{"data":[2]}}']],
    ['a list in a member that comes second', '{"data":5,"more":[1,[2]]}', ['1', '[2]']],
    ['an empty list', '{"data":[ ]}', []],
    ['text values with the name of the list', '{"a":"data","b":"more"}', ['{"a":"data","b":"more"}']],
  ])('reads %s', async (_, json, texts) => {
    const elements = await collect(jsonElements(stream([json]), options));
    expect(elements.map((element) => ('text' in element ? element.text : element))).toEqual(texts);
  });

  it.each([
    ['', 'the document breaks off before its list begins; for the rest, get the whole of it'],
    ['hello', 'the document breaks off before its list begins; for the rest, get the whole of it'],
    ['{"data":[1,2', 'the document breaks off at part 1; for the rest, get the whole of it'],
    ['{"data":[1,2]', 'the document breaks off at part 2; for the rest, get the whole of it'],
    ['[1]\n\n[2]', 'text after the end of the document was left out; import it by itself'],
  ])('says what is missing of %j', async (json, message) => {
    for (const length of [1, 100]) {
      const elements = await collect(jsonElements(cut(json, length), options));
      expect(elements.at(-1)).toEqual({ problem: 'incomplete', message });
    }
  });

  it('leaves out an element that is too long without holding it, and reads on', async () => {
    const elements = await collect(
      jsonElements(stream(['[1,"', ...Array(50).fill('x'.repeat(100)), '",3]']), options),
    );
    expect(elements).toEqual([
      { index: 0, text: '1' },
      {
        problem: 'invalid',
        message: 'part 1 was left out: it is longer than 1000 characters; raise limitLength',
      },
      { index: 2, text: '3' },
    ]);
  });

  it('gives up a document that is too long before its list begins', async () => {
    async function* endless(): AsyncGenerator<string> {
      for (;;) yield '{"a":1,';
    }
    expect(await collect(jsonElements(endless(), options))).toEqual([
      {
        problem: 'invalid',
        message: 'the document was left out: it is longer than 1000 characters; raise limitLength',
      },
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { errorFingerprint, type Failure } from './error-fingerprint.ts';
import { stackFrames } from './stack-frames.ts';

const failure: Failure = {
  serviceName: 'shop',
  type: 'TypeError',
  message: 'x is not a function',
  stack: null,
  spanName: 'checkout',
};
const fingerprint = (changes: Partial<Failure> = {}) => errorFingerprint({ ...failure, ...changes });

const name = fc.stringMatching(/^[a-z][a-zA-Z]{0,15}$/);
const frames = fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 8 });
const place = fc.record({ folder: fc.constantFrom('/app', 'file:///home/me/x', 'C:\\work'), line: fc.nat() });
const stackOf = (
  functions: readonly (readonly [string, string])[],
  { folder, line }: { folder: string; line: number },
) =>
  [
    `TypeError: something ${line}`,
    '    at Array.map (<anonymous>)',
    ...functions.map(
      ([name, file], index) => `    at ${name} (${folder}/src/${file}.ts:${line + index}:${line})`,
    ),
    '    at node:internal/process/task_queues:95:5',
    `    at async run (${folder}/node_modules/lib/index.js:${line}:1)`,
  ].join('\n');

/** One call as each language prints it, in a program whose function `pay` in a file `cart` fails. */
const STACKS: readonly (readonly [string, string, string])[] = [
  ['Node.js', 'E: x\n    at pay (/a/cart.js:1:2)\n    at node:internal/main:1:1', 'pay cart.js'],
  ['Node.js, async', 'E: x\n    at async Shop.pay [as buy] (file:///a/cart.js:1:2)', 'Shop.pay cart.js'],
  ['Node.js, at the top', 'E: x\n    at file:///a/cart.js:1:2', ' cart.js'],
  ['a bundle', 'E: x\n    at pay (https://x.org/cart-4f3a2b1c.js?v=5:1:2)', 'pay cart.js'],
  ['Firefox', 'pay@https://x.org/cart.js:1:2\nsetup@https://x.org/node_modules/a.js:1:2', 'pay cart.js'],
  [
    'Python',
    'Traceback (most recent call last):\n  File "/a/main.py", line 1, in main\n    pay()\n' +
      '  File "/a/cart.py", line 2, in pay\n    raise E\nE: x',
    'pay cart.py',
  ],
  [
    'Java',
    'E: x\n\tat java.base/java.util.List.get(List.java:1)\n\tat shop.Cart.pay(Cart.java:5)',
    'shop.Cart.pay Cart.java',
  ],
  [
    '.NET',
    'E: x\n   at System.String.Trim(String a)\n   at Shop.Cart.Pay(Int32 n) in /a/Cart.cs:line 5',
    'Shop.Cart.Pay Cart.cs',
  ],
  ['Go', 'panic: x\n\nmain.pay(0x1, 0x2)\n\t/a/cart.go:5 +0x1d\n', 'main.pay cart.go'],
  ['Ruby', "/a/cart.rb:5:in 'pay': x (E)\n\tfrom /a/cart.rb:5:in 'pay'", 'pay cart.rb'],
];

describe('stackFrames', () => {
  it.each(STACKS)('finds the innermost function of the program in a stack of %s', (_, stack, frame) => {
    expect(stackFrames(stack)[0]).toBe(frame);
  });

  it('tells up to five frames, of libraries where there are no others', () => {
    const many = Array.from({ length: 9 }, (_, index) => `    at f${index} (/a/b.js:1:1)`);
    expect(stackFrames(many.join('\n'))).toHaveLength(5);
    expect(stackFrames('E\n    at f (/a/node_modules/b/c.js:1:1)')).toEqual(['f c.js']);
    expect(stackFrames('no stack at all')).toEqual([]);
  });

  it('reads any text in little time', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(stackFrames(text))));
    for (const part of ['at ', '    at a (', '(', 'a@', 'File "', '\n', 'at a.b(', '::1:1']) {
      expect(stackFrames(part.repeat(100_000))).toEqual([]);
    }
  });
});

describe('errorFingerprint', () => {
  it('is the same for ever', () => {
    expect(fingerprint()).toBe('bc9d9602fa6eb2b2');
    expect(fingerprint({ stack: STACKS[0]![1] })).toBe('613dcacba255a86a');
  });

  it('is one for errors whose stacks differ in lines, folders, libraries and values of the message', () => {
    fc.assert(
      fc.property(frames, place, place, (functions, here, there) => {
        const of = (at: { folder: string; line: number }) =>
          fingerprint({ message: `no item ${at.line} in ${at.folder}/x`, stack: stackOf(functions, at) });
        expect(of(here)).toBe(of(there));
      }),
    );
  });

  it('is another one for errors of another function, file, type, service or kind of message', () => {
    fc.assert(
      fc.property(frames, place, name, (functions, at, other) => {
        const [[first, file], ...rest] = functions as [[string, string], ...[string, string][]];
        fc.pre(first !== other && file !== other);
        const stack = stackOf(functions, at);
        const all = [
          fingerprint(),
          fingerprint({ stack }),
          fingerprint({ stack: stackOf([[other, file], ...rest], at) }),
          fingerprint({ stack: stackOf([[first, other], ...rest], at) }),
          fingerprint({ stack, type: 'RangeError' }),
          fingerprint({ stack, serviceName: 'bank' }),
          fingerprint({ stack, message: 'y is no function' }),
        ];
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });

  it('goes by the span where there is no stack', () => {
    expect(fingerprint({ spanName: 'GET /items/7' })).toBe(fingerprint({ spanName: 'GET /items/8' }));
    expect(fingerprint({ spanName: 'refund' })).not.toBe(fingerprint());
    const stack = STACKS[0]![1];
    expect(fingerprint({ stack, spanName: 'refund' })).toBe(fingerprint({ stack }));
  });
});

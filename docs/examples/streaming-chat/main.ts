#!/usr/bin/env node
import assert from 'node:assert/strict';
import { initializeObservability } from '@tta/obs';
import { type AgentMessage, CancelledError } from '@tta/obs-primitives';
import { connectModels } from '../model/connect-models.ts';
import { runExample } from '../program/run-example.ts';
import { answerChat } from './workflow.ts';

const about = `Has a short conversation with a model, whose answers are printed as they come; the last one is broken off.

  node docs/examples/dist/streaming-chat/main.js [--help]

With OPENAI_API_KEY it asks OPENAI_MODEL at OPENAI_BASE_URL, else a scripted model.
`;
const answers = [
  'A span is one step of a run, with a beginning and an end.',
  'A trace is all of them, as a tree.',
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen',
];

await runExample(initializeObservability({ serviceName: 'streaming-chat' }), about, async () => {
  const models = await connectModels(answers.map((text) => ({ text, delayMs: 20 })));
  const chat = answerChat(models);
  const said: AgentMessage[] = [];

  try {
    for (const question of ['What is a span?', 'And a trace?']) {
      said.push({ role: 'user', text: question });
      process.stdout.write(`> ${question}\n`);
      const stream = chat.stream(said, { workflowName: 'chat' });
      const pieces: string[] = [];
      for await (const piece of stream) {
        process.stdout.write(piece);
        pieces.push(piece);
      }
      const { text, toolCalls } = await stream.result;
      said.push({ role: 'assistant', text, toolCalls });
      console.log(`  (${pieces.length} pieces)`);
      assert(pieces.length > 1, 'the answer came all at once');
      assert.equal(pieces.join(''), text, 'the pieces are not the answer');
    }

    said.push({ role: 'user', text: 'Count to a hundred, in words.' });
    process.stdout.write('> Count to a hundred, in words.\n');
    const stream = chat.stream(said, { workflowName: 'chat' });
    let read = 0;
    for await (const piece of stream) {
      process.stdout.write(piece);
      if (++read === 3) break;
    }
    console.log('… (enough)');
    const outcome = await stream.result.catch((error: unknown) => error);
    assert(outcome instanceof CancelledError, 'the model went on although nobody reads');
  } finally {
    await models.close();
  }
});

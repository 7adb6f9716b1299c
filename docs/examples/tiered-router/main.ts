#!/usr/bin/env node
import assert from 'node:assert/strict';
import { initializeObservability } from '@tta/obs';
import { WorkflowContext } from '@tta/obs-context';
import { routingHistory } from '@tta/obs-primitives';
import { connectModels } from '../model/connect-models.ts';
import { usd } from '../program/finished-run.ts';
import { runExample } from '../program/run-example.ts';
import { answerQuestion } from './workflow.ts';

const about = `Asks a small and a large model four questions, each the one that is good enough for it.

  node docs/examples/dist/tiered-router/main.js [--help]

With OPENAI_API_KEY it asks OPENAI_MODEL and OPENAI_LARGE_MODEL at OPENAI_BASE_URL, else scripted models, of which the
small one refuses the last question.
`;
const long =
  'Compare a queue on disk with one in memory for telemetry: what is lost in a crash, and what does each cost?';

const obs = initializeObservability({ serviceName: 'tiered-router', logLevel: 'silent' });
await runExample(obs, about, async () => {
  let asked = 0;
  const models = await connectModels(({ body, prompt }) => {
    if (++asked === 4) return { status: 429, retryAfterSeconds: 5 };
    const isLarge = body['model'] === models.largeModel;
    const text = isLarge ? `At length: ${prompt}` : `In short: ${prompt}`;
    return { text, usage: { inputTokens: 40, outputTokens: isLarge ? 200 : 20 } };
  });
  const answer = answerQuestion(models);

  const ask = async (question: string, init: { llmModelTier?: string } = {}) => {
    const context = new WorkflowContext({ workflowName: 'answer', ...init });
    const { text, usage } = await answer.execute(question, context);
    assert.notEqual(text, '', 'a model answered nothing');
    const decision = context.get(routingHistory)?.at(-1);
    console.log(`${decision?.route.padEnd(5)} (${decision?.reason}) ${usage.model}: ${text.slice(0, 48)}`);
    return decision?.route;
  };
  try {
    assert.equal(await ask('What is a span?'), 'small');
    assert.equal(await ask(long), 'large');
    assert.equal(await ask('Is this safe?', { llmModelTier: 'quality' }), 'large');
    const last = await ask('What is a trace?');
    assert.equal(last, models.isScripted ? 'large' : 'small', `the last question went to ${last}`);
  } finally {
    await models.close();
  }

  for (const [route, { samples, costUsd }] of Object.entries(answer.stats())) {
    console.log(
      `  ${route.padEnd(5)} runs: ${samples}${costUsd === undefined ? '' : `, ${usd(costUsd)} each`}`,
    );
  }
});

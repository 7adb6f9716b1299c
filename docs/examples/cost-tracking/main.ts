#!/usr/bin/env node
import assert from 'node:assert/strict';
import { getPrimitiveMetrics, initializeObservability } from '@tta/obs';
import { onExecution } from '@tta/obs-primitives';
import { connectModels } from '../model/connect-models.ts';
import { usd } from '../program/finished-run.ts';
import { runExample } from '../program/run-example.ts';
import { answerTicket, type Ticket } from './workflow.ts';

const about = `Answers three tickets, and tells what each cost and what the money went to.

  node docs/examples/dist/cost-tracking/main.js [--help]

With OPENAI_API_KEY it asks OPENAI_MODEL and OPENAI_LARGE_MODEL at OPENAI_BASE_URL, else a scripted model.
`;

const tickets: readonly Ticket[] = [
  { customer: 'Ada', text: 'Der Wasserkocher kam ohne Deckel an.' },
  { customer: 'Ben', text: 'La bouilloire fait du bruit.' },
  { customer: 'Cleo', text: 'Quando arriva il mio ordine?' },
];
const translations = [
  'The kettle came without its lid.',
  'The kettle makes a noise.',
  'When does my order come?',
];

await runExample(initializeObservability({ serviceName: 'cost-tracking' }), about, async () => {
  const models = await connectModels(({ body }) =>
    body['model'] === models.largeModel
      ? { text: 'We are sorry. A new one is on its way.', usage: { inputTokens: 90, outputTokens: 160 } }
      : { text: 'kettle', usage: { inputTokens: 60, outputTokens: 4 } },
  );
  const workflow = answerTicket(models, async (text) => {
    const at = tickets.findIndex((ticket) => ticket.text === text);
    return translations[at] ?? text;
  });

  let total = 0;
  const stop = onExecution({
    onEnd({ edge, workflowName, totalCostUsd = 0 }) {
      if (edge !== undefined) return;
      total += totalCostUsd;
      console.log(`${workflowName}: ${usd(totalCostUsd)}`);
    },
  });
  try {
    for (const ticket of tickets) {
      const { subject, answer } = await workflow.execute(ticket, {
        workflowName: `ticket of ${ticket.customer}`,
      });
      assert(subject !== '' && answer !== '', `${ticket.customer} got no answer`);
    }
  } finally {
    stop();
    await models.close();
  }

  const spent = getPrimitiveMetrics().primitives.filter(({ costUsd }) => costUsd > 0);
  for (const { name, costUsd, executions } of spent) {
    console.log(`  ${name.padEnd(14)} ${usd(costUsd)} in ${executions.success} calls`);
  }
  const sum = spent.reduce((all, { costUsd }) => all + costUsd, 0);
  assert(Math.abs(sum - total) < 1e-9, `the steps cost ${usd(sum)} and the runs ${usd(total)}`);
  const translated = spent.find(({ name }) => name === 'translate');
  assert.equal(translated?.costUsd.toFixed(5), '0.00184', 'the translation service has another price');
});

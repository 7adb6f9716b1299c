#!/usr/bin/env node
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeObservability } from '@tta/obs';
import { type Decision, SuspendedError } from '@tta/obs-primitives';
import { connectModels } from '../model/connect-models.ts';
import { runExample } from '../program/run-example.ts';
import { scriptedClerk } from './scripted-clerk.ts';
import { Shop } from './shop.ts';
import { supportDesk } from './workflow.ts';

const about = `An agent answers three customers. Before it gives money back, somebody has to decide: meanwhile the run is a
token in a file, and nothing of it is in memory. The first refund is approved, the second one cut, the third refused.

  node docs/examples/dist/agent-with-approval/main.js [--help]

With OPENAI_API_KEY it asks OPENAI_MODEL at OPENAI_BASE_URL, else a scripted model.
`;
const question = 'The kettle of my order A-17 arrived broken. Please give me my money back.';
const decisions: readonly (readonly [customer: string, decision: Decision])[] = [
  ['Ada', { kind: 'continue', by: 'Grace' }],
  ['Ben', { kind: 'edit', input: { order: 'A-17', usd: 15 }, by: 'Grace' }],
  ['Cleo', { kind: 'quit', reason: 'it was refunded before', by: 'Grace' }],
];

const obs = initializeObservability({ serviceName: 'support-desk', logLevel: 'silent' });
await runExample(obs, about, async () => {
  const models = await connectModels(scriptedClerk);
  const folder = await mkdtemp(join(tmpdir(), 'support-desk-'));
  const shop = new Shop();
  try {
    for (const [customer, decision] of decisions) {
      const file = join(folder, `${customer}.token`);
      const asked = await supportDesk(models, shop).tryExecute(question, {
        workflowName: `question of ${customer}`,
      });
      assert(!asked.ok && asked.error instanceof SuspendedError, 'the model did not ask to give money back');
      const { token, requests } = asked.error;
      await writeFile(file, token, { mode: 0o600 });
      console.log(`${customer}: ${requests[0]?.message} (waits in a file of ${token.length} bytes)`);

      // Built anew, as in the process that somebody starts to decide.
      const resumed = await supportDesk(models, shop).tryResume(await readFile(file, 'utf8'), decision);
      assert.equal(resumed.traceId, asked.traceId, 'the run went on in another trace');
      console.log(`  ${decision.kind}: ${resumed.ok ? resumed.value.text : resumed.info.message}`);
    }
    const refunded = shop.refunds.map(({ usd }) => usd);
    assert.deepEqual(refunded, [30, 15], `refunded was ${refunded.join(', ')}, instead of 30 and 15`);
  } finally {
    await rm(folder, { recursive: true });
    await models.close();
  }
});

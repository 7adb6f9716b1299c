#!/usr/bin/env node
import assert from 'node:assert/strict';
import { initializeObservability } from '@tta/obs';
import { runExample } from '../program/run-example.ts';
import { startSearchServer } from './search-server.ts';
import { research } from './workflow.ts';

const about = `Asks three sources on this machine about three topics, all at the same time; two of nine answers do not come.

  node docs/examples/dist/parallel-research/main.js [--help]
`;

// What is logged of failures that belong to the example goes to its page, not between its lines.
const obs = initializeObservability({ serviceName: 'parallel-research', logLevel: 'silent' });
await runExample(obs, about, async () => {
  const server = await startSearchServer();
  try {
    const { findings, gaps } = await research(server.sources).execute('tea, tides and traces', {
      workflowName: 'research',
    });

    for (const { topic, source, text } of findings) console.log(`${topic}: ${text} (${source})`);
    for (const gap of gaps) console.log(`missing: ${gap}`);
    assert.equal(findings.length, 7, `${findings.length} answers came, and seven of nine have to`);
    assert.equal(gaps.length, 2, 'each answer that did not come has to be told');
    const failed = [server.asked('news', 'tides'), server.asked('papers', 'traces')];
    assert.deepEqual(failed, [2, 2], 'a source that does not answer has to be asked a second time');
  } finally {
    await server.close();
  }
});

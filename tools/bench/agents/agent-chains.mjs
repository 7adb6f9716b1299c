/**
 * A chain of five steps in agent frameworks and here, each without telemetry, and a plain loop. Runs on Node 24, which
 * Mastra needs. Prints JSON.
 */
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { sequential } from '@tta/obs-primitives';
import { z } from 'zod';
import { interleave } from '../interleave.mjs';

const steps = 5;
const step = async (n) => n + 1;

const bare = async (n) => {
  let value = n;
  for (let at = 0; at < steps; at++) value = await step(value);
  return value;
};

const ours = sequential(step, step, step, step, step);

const State = Annotation.Root({ n: Annotation() });
const graph = new StateGraph(State);
for (let at = 0; at < steps; at++) {
  graph.addNode(`step ${at}`, async ({ n }) => ({ n: await step(n) }));
  graph.addEdge(at === 0 ? START : `step ${at - 1}`, `step ${at}`);
}
const compiled = graph.addEdge(`step ${steps - 1}`, END).compile();

const schema = z.object({ n: z.number() });
const workflow = createWorkflow({ id: 'chain', inputSchema: schema, outputSchema: schema });
for (let at = 0; at < steps; at++) {
  workflow.then(
    createStep({
      id: `step ${at}`,
      inputSchema: schema,
      outputSchema: schema,
      execute: async ({ inputData }) => ({ n: await step(inputData.n) }),
    }),
  );
}
workflow.commit();
const mastra = async (n) => {
  const run = await workflow.createRun();
  const { status, result } = await run.start({ inputData: { n } });
  if (status !== 'success') throw new Error(`Mastra: ${status}`);
  return result.n;
};

const cases = {
  'plain loop of five': bare,
  'sequential of five, no SDK': (n) => ours.execute(n),
  'LangGraph.js graph of five': async (n) => (await compiled.invoke({ n })).n,
  'Mastra workflow of five': mastra,
};
for (const [name, run] of Object.entries(cases)) {
  const result = await run(1);
  if (result !== 6) throw new Error(`${name} gave ${result}`);
}
process.stdout.write(JSON.stringify(await interleave(cases, { operations: 100, rounds: 15 })));
process.exit();

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe as suite, expect, it } from '@jest/globals';
import { describe, describeRun, lambda, type PrimitiveGraph, type PrimitiveLike } from '@tta/obs-primitives';
import { observe } from '@tta/obs-testing';
import { Shop } from '../agent-with-approval/shop.ts';
import { supportDesk } from '../agent-with-approval/workflow.ts';
import { storeReadings } from '../batch/workflow.ts';
import { offers } from '../cache-and-dedupe/workflow.ts';
import { answerTicket } from '../cost-tracking/workflow.ts';
import { placeOrder, reserveStock } from '../cross-process/workflow.ts';
import { research } from '../parallel-research/workflow.ts';
import { crawlSite } from '../rate-limited-crawl/workflow.ts';
import { summariseHere } from '../repo-review/local-summary.ts';
import { openRepository } from '../repo-review/repository.ts';
import { PlantedRepository } from '../repo-review/planted-repository.ts';
import { repoReview } from '../repo-review/workflow.ts';
import { travelServices } from '../saga/travel-services.ts';
import { bookTrip } from '../saga/workflow.ts';
import { answerChat } from '../streaming-chat/workflow.ts';
import { answerQuestion } from '../tiered-router/workflow.ts';
import { ExampleProgram } from './program.ts';

interface Example {
  readonly workflow: PrimitiveLike<never, unknown>;
  /** Programs that it starts. */
  readonly others?: readonly string[];
  /** Nodes that its runs do not come to, and why. */
  readonly untaken?: Readonly<Record<string, string>>;
  /** What a function of it runs by itself, which nobody knows before: at which node, and what. */
  readonly beyond?: { readonly at: string; readonly workflow: PrimitiveLike<never, unknown> };
}

const never = () => Promise.reject(new Error('only described'));
const models = { createChat: never, model: 'gpt-4.1-mini', largeModel: 'gpt-4.1' };
const limits = { concurrency: 1, limit: 1, windowMs: 1 };

const examples: Readonly<Record<string, Example>> = {
  'agent-with-approval': { workflow: supportDesk(models, new Shop()) },
  batch: { workflow: storeReadings(never) },
  'cache-and-dedupe': {
    workflow: offers({ rateOf: never, stockOf: never, priceUsd: () => 0 }).makeOffer,
  },
  'cost-tracking': { workflow: answerTicket(models, never) },
  'cross-process': {
    workflow: placeOrder(lambda('ask warehouse', never)),
    others: ['warehouse-service'],
    beyond: { at: 'root/step_1/attempt_{n}/inner', workflow: reserveStock(new Map()) },
  },
  'parallel-research': { workflow: research({ encyclopedia: never, news: never, papers: never }) },
  'rate-limited-crawl': { workflow: crawlSite(limits) },
  saga: {
    workflow: bookTrip(travelServices()),
    untaken: { 'root/compensate_documents': 'it is the last step, so that none is left to fail after it' },
  },
  'streaming-chat': { workflow: answerChat(models) },
  'tiered-router': { workflow: answerQuestion(models) },
};

/** Nodes and edges, one line each, in an order of their own. */
function linesOf({ nodes, edges }: PrimitiveGraph, root = 'root'): string[] {
  const moved = (id: string): string => id.replace(/^root/, root);
  const lines = [
    ...nodes.map(({ id, type, name }) => `${moved(id)}: ${type} "${name}"`),
    ...edges.map(({ from, to, label }) => `${moved(from)} → ${moved(to)} (${label})`),
  ];
  return [...new Set(lines)].sort();
}

/** What a run does after it was resumed is a part of what was suspended, although its spans stand below that. */
function withoutResumptions({ nodes, edges }: PrimitiveGraph): PrimitiveGraph {
  const [first] = nodes;
  const again = nodes.filter(
    ({ id, type, name }) => id !== first?.id && type === 'resumable' && name === first?.name,
  );
  const folded = (id: string): string => {
    const found = again.find((node) => id === node.id || id.startsWith(`${node.id}/`));
    return found ? `root${id.slice(found.id.length)}` : id;
  };
  return {
    nodes: nodes.filter((node) => !again.includes(node)).map((node) => ({ ...node, id: folded(node.id) })),
    edges: edges
      .filter(({ to }) => again.every(({ id }) => id !== to))
      .map(({ from, to, label }) => ({ from: folded(from), to: folded(to), label })),
  };
}

function expectedOf({ workflow, untaken = {}, beyond }: Example): string[] {
  const isTaken = (line: string): boolean =>
    Object.keys(untaken).every((id) => !line.startsWith(`${id}:`) && !line.includes(`→ ${id} `));
  const lines = linesOf(describe(workflow)).filter(isTaken);
  if (beyond) {
    const { at, workflow: further } = beyond;
    lines.push(`${at} → ${at}/inner (inner)`, ...linesOf(describe(further), `${at}/inner`));
  }
  return lines.sort();
}

suite('the graph of an example', () => {
  it.each(Object.keys(examples))('of %s is what its runs take', async (name) => {
    const example = examples[name] as Example;
    const program = await ExampleProgram.bundle(name, ...(example.others ?? []));
    const { exitCode, trace } = await program.observe();
    await program.remove();

    expect(exitCode).toBe(0);
    expect(linesOf(withoutResumptions(describeRun(trace.spans)))).toEqual(expectedOf(example));
  });

  it('of repo-review is what its runs take', async () => {
    const planted = new PlantedRepository();
    planted.commit('feat: greet by name', { 'src/main.js': 'console.log("hello");\n' });
    await observe(async (trace) => {
      const repository = await openRepository(planted.directory);
      await repoReview().execute({ repository, maxCommits: 5 });
      // What sums up is called by a function.
      const beyond = { at: 'root/step_2', workflow: lambda('summarise here', summariseHere) };
      expect(linesOf(describeRun(trace.spans))).toEqual(expectedOf({ workflow: repoReview(), beyond }));
    });
    planted.remove();
  });

  it('is looked at for every example', () => {
    const folder = fileURLToPath(new URL('..', import.meta.url));
    const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'main.ts')));
    expect(names).toEqual([...Object.keys(examples), 'repo-review'].sort());
  });

  it('has the nodes that are said to be untaken', () => {
    for (const { workflow, untaken = {} } of Object.values(examples)) {
      const ids = describe(workflow).nodes.map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(Object.keys(untaken)));
    }
  });
});

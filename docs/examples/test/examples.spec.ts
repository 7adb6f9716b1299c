import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe as suite, expect, it } from '@jest/globals';
import { traceTree } from '@tta/obs-cli';
import { describe, describeRun, lambda, type PrimitiveGraph, type PrimitiveLike } from '@tta/obs-primitives';
import { type RunningServer, startServer } from '@tta/obs-server';
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

const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The tree in the section of an example: its parts, between the lines that stand for others. */
function shownTree(name: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? '';
  const [, tree = ''] = /^```text\n([✓✗◷⊘‖] .*?)^```$/ms.exec(section) ?? [];
  return comparable(tree)
    .split(/^[├└│─ ]*…$/m)
    .map((part) => part.replace(/^\n|\n$/g, ''))
    .filter((part) => part !== '');
}

/** Tokens, cost and duration at the right of a line. */
const figures = /( {2,}\d+→\d+)?( {2,}(≈ )?\$[\d.]+)? +[\d.]+ m?s$/;

/** The lines of a tree without what differs from run to run, and as far as they are never cut. */
function comparable(tree: string): string {
  const lines = tree.trimEnd().split('\n');
  return (
    lines
      .map((line) => line.replace(figures, '').replace(/(?<=127\.0\.0\.1:)\d+/, '…'))
      // Who comes at the right moment does not wait.
      .map((line) => line.replace(/[\d.]+ m?s\b/g, '…').replace(/(, | {2})waited …/, ''))
      .map((line) => line.slice(0, 80))
      .join('\n')
  );
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

let folder: string;
let service: RunningServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
  service = await startServer({ port: 0, databasePath: join(folder, 'traces.db') });
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

suite('the example', () => {
  it.each(Object.keys(examples))('%s runs what its graph says, and what its page shows', async (name) => {
    const example = examples[name] as Example;
    const program = await ExampleProgram.bundle(name, ...(example.others ?? []));
    const { exitCode, trace } = await program.observe(service);
    await program.remove();

    expect(exitCode).toBe(0);
    expect(linesOf(describeRun(trace.spans))).toEqual(expectedOf(example));

    const traces = await Promise.all(
      [...new Set(trace.spans.map(({ traceId }) => traceId))].map((traceId) => service.store.trace(traceId)),
    );
    const drawn = traces.flatMap((stored) =>
      stored ? [comparable(traceTree(stored, { columns: 100, hasColour: false }))] : [],
    );
    const parts = shownTree(name);
    expect(parts).not.toEqual([]);
    expect(parts.filter((part) => drawn.every((tree) => !tree.includes(part)))).toEqual([]);
  });

  it('repo-review runs what its graph says', async () => {
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

  it('has the nodes that it is said not to come to', () => {
    for (const { workflow, untaken = {} } of Object.values(examples)) {
      const ids = describe(workflow).nodes.map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(Object.keys(untaken)));
    }
  });
});

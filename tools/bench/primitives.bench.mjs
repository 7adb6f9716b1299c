import { installNode, installPackages } from './install-packages.mjs';
import { measure, measureWith, memoryFlags } from './measure.mjs';

export const title = 'One primitive';

/** What LangGraph.js and Mastra run on: Mastra needs 22.13. */
const nodeOfAgents = '24.21.0';
const us = ({ nsPerOp }) => nsPerOp / 1000;
const micros = (result) => (result ? us(result).toFixed(2) : '–');
const bytes = (result) => (result ? Math.round(result.bytesPerOp).toLocaleString('en') : '–');

export function run({ progress, only }) {
  if (only.length > 0) {
    return { rows: [], tables: eachPrimitive(progress, only), goals: [] };
  }
  const sections = [onePrimitive(), agents(progress), heap(progress)];
  return {
    rows: sections.flatMap(({ rows }) => rows),
    tables: eachPrimitive(progress, []),
    goals: sections.flatMap(({ goals }) => goals),
  };
}

function timeRows(setting, results) {
  return Object.entries(results).map(([name, result]) => ({
    setting,
    case: name,
    'µs a call': micros(result),
    '±': `${Math.round(result.spread * 100)} %`,
  }));
}

function onePrimitive() {
  const without = measure('./primitives-without-sdk.mjs');
  const withSdk = measure('./primitives-with-sdk.mjs');
  const ours = us(withSdk['lambda, SDK on']);
  const against = (rival) => ours / us(withSdk[rival]);
  return {
    rows: [...timeRows('no SDK', without), ...timeRows('SDK on', withSdk)],
    goals: [
      {
        goal: 'SDK on, against hand-written OpenTelemetry emitting the same',
        value: against('hand-written OpenTelemetry'),
        limit: 1.3,
        unit: '×',
      },
      {
        goal: "SDK on, against Effect's span with the same metrics",
        value: against('Effect span with the same metrics'),
        limit: 1,
        unit: '×',
      },
      {
        goal: 'SDK on, against cockatiel wrap(retry, breaker, timeout)',
        value: against('cockatiel wrap(retry, breaker, timeout)'),
        limit: 0.5,
        unit: '×',
      },
      {
        goal: 'sample workflow with everything on, slower by',
        value:
          (us(withSdk['five steps of 1 ms, SDK on']) / us(withSdk['five steps of 1 ms, bare']) - 1) * 100,
        limit: 5,
        unit: '%',
      },
      {
        goal: 'no SDK, over a bare async call',
        value: us(without['lambda, no SDK']) - us(without['bare async call']),
        limit: 1,
        unit: 'µs',
      },
    ],
  };
}

/** Agent frameworks, which run steps rather than watch them. */
function agents(progress) {
  progress(`  a chain of five steps against LangGraph.js and Mastra, on Node ${nodeOfAgents} …`);
  installPackages(new URL('agents/', import.meta.url));
  const node = installNode(nodeOfAgents);
  const results = measureWith({ script: './agents/agent-chains.mjs', node });
  const ours = us(results['sequential of five, no SDK']);
  return {
    rows: timeRows(`no SDK, Node ${nodeOfAgents.split('.')[0]}`, results),
    goals: ['LangGraph.js graph of five', 'Mastra workflow of five'].map((rival) => ({
      goal: `sequential of five, no SDK, against ${rival}`,
      value: ours / us(results[rival]),
      limit: 1,
      unit: '×',
    })),
  };
}

function heap(progress) {
  const goals = [
    ['no SDK', 'none'],
    ['SDK on', 'recording'],
  ].map(([name, setting]) => {
    progress(`  a million executions of all primitives, ${name} …`);
    const { grownMiB } = measureWith({
      script: './heap-over-a-million.mjs',
      flags: ['--expose-gc'],
      args: [setting],
    });
    return {
      goal: `heap after a million executions over that after ten thousand, ${name}`,
      value: Math.max(0, grownMiB),
      limit: 1,
      unit: 'MiB',
    };
  });
  return { rows: [], goals };
}

/** Time and memory of each primitive, against a bare call, the same written by hand, and who else does the same. */
function eachPrimitive(progress, only) {
  const [none, sampledOut, recording] = ['none', 'sampled-out', 'recording'].map((setting) => {
    progress(`  ${only.length > 0 ? only.join(', ') : 'each primitive'}: ${setting} …`);
    return measureWith({ script: './each-primitive.mjs', flags: memoryFlags, args: [setting, ...only] });
  });
  const names = Object.keys(recording.emitted);
  const ratio = (results, name) =>
    `${(results[name].nsPerOp / results[`${name}, by hand`].nsPerOp).toFixed(2)} ×`;
  const bytesRatio = (results, name) =>
    `${(results[name].bytesPerOp / results[`${name}, by hand`].bytesPerOp).toFixed(2)} ×`;
  return [
    {
      title: 'Each primitive around one step: time and memory allocated, a call',
      rows: names.map((name) => ({
        primitive: name,
        spans: recording.emitted[name].reduce((sum, { step }) => sum + (step === undefined ? 1 : 2), 0),
        'no SDK µs': micros(none.result[name]),
        B: bytes(none.result[name]),
        'sampled out µs': micros(sampledOut.result[name]),
        'B ': bytes(sampledOut.result[name]),
        'by hand': ratio(sampledOut.result, name),
        'SDK on µs': micros(recording.result[name]),
        'B  ': bytes(recording.result[name]),
        'by hand µs': micros(recording.result[`${name}, by hand`]),
        '×': ratio(recording.result, name),
        'B ×': bytesRatio(recording.result, name),
      })),
    },
    {
      title: 'Who else does the same, without telemetry on either side',
      rows: Object.entries(none.result)
        .filter(([name]) => name.includes(': ') || name === 'bare async call')
        .map(([name, result]) => {
          const ours = none.result[name.split(': ')[0]];
          return {
            rival: name,
            'µs a call': micros(result),
            B: bytes(result),
            'ours µs': name === 'bare async call' ? '–' : micros(ours),
            'ours B': name === 'bare async call' ? '–' : bytes(ours),
          };
        }),
    },
  ];
}

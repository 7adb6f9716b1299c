import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { FileNode } from './file-node.ts';
import { type QueryIndicator, readQueryIndicator } from './query-indicator.ts';

const count = 'primitive_execution_count_total';
const bucket = 'primitive_execution_duration_bucket';
const durations = 'primitive_execution_duration_count';
const answer = { primitiveName: 'answer' };

type Queries = Readonly<Partial<Record<'good' | 'bad' | 'total' | 'goodShare' | 'badShare', string>>>;

function read(queries: Queries): QueryIndicator {
  const file = new FileNode(queries, 'SLO "a"');
  const nodes = Object.keys(queries).map((name) => [name, file.field(name)]);
  return readQueryIndicator(Object.fromEntries(nodes) as Parameters<typeof readQueryIndicator>[0]);
}

describe('readQueryIndicator', () => {
  it.each<[string, Queries]>([
    [
      'bad',
      {
        bad: `sum(${count}{primitive_name="answer",execution_status=~"error|timeout"})`,
        total: `sum(${count}{primitive_name="answer",execution_status!~"cancelled|suspended"})`,
      },
    ],
    [
      'another order and other spaces',
      {
        bad: `sum ( rate( ${count} { execution_status =~ "timeout|error" , primitive_name = "answer" } [5m] ) )`,
        total: `sum(rate(${count}{primitive_name="answer",execution_status!~"suspended|cancelled"}[5m]))`,
      },
    ],
    [
      'good',
      {
        good: `sum(${count}{primitive_name="answer",execution_status="success"})`,
        total: `sum(${count}{primitive_name="answer",execution_status=~"(success|error|timeout)"})`,
      },
    ],
    [
      'the alias',
      {
        bad: `sum(primitive_execution_count{primitive_name="answer",execution_status!~"success|cancelled|suspended"})`,
        total: `sum(primitive_execution_count{primitive_name="answer",execution_status!~"cancelled|suspended"})`,
      },
    ],
    [
      'a sum of errors and timeouts',
      {
        bad: `sum(${count}{primitive_name="answer",execution_status="error"}) + sum(${count}{primitive_name="answer",execution_status="timeout"})`,
        total: `sum(${count}{primitive_name="answer",execution_status!~"cancelled|suspended"})`,
      },
    ],
    [
      'a share of errors',
      {
        badShare: `sum(${count}{primitive_name="answer",execution_status=~"error|timeout"})/sum(${count}{primitive_name="answer",execution_status!~"cancelled|suspended"})`,
      },
    ],
    [
      '1 minus a share of successes',
      {
        badShare: `1 - sum(${count}{primitive_name="answer",execution_status="success"}) / sum(${count}{primitive_name="answer",execution_status!~"cancelled|suspended"})`,
      },
    ],
    [
      'a share of successes',
      {
        goodShare: `sum(${count}{primitive_name="answer",execution_status="success"}) / sum(${count}{primitive_name="answer",execution_status!~"cancelled|suspended"})`,
      },
    ],
    [
      'the durations’ count and the endless bucket',
      {
        good: `sum(${durations}{primitive_name="answer",execution_status="success"})`,
        total: `sum(${bucket}{primitive_name="answer",execution_status!~"cancelled|suspended",le="+Inf"})`,
      },
    ],
  ])('reads availability from %s', (_form, queries) => {
    expect(read(queries)).toEqual({
      indicator: { kind: 'availability' },
      selection: answer,
      differences: [],
    });
  });

  it.each<[string, Queries]>([
    [
      'good',
      {
        good: `sum(${bucket}{primitive_name="answer",execution_status="success",le="500"})`,
        total: `sum(${durations}{execution_status="success",primitive_name="answer"})`,
      },
    ],
    [
      'bad',
      {
        bad: `sum(${durations}{primitive_name="answer",execution_status="success"}) - sum(${bucket}{le="500.0",primitive_name="answer",execution_status="success"})`,
        total: `sum(${durations}{primitive_name="answer",execution_status="success"})`,
      },
    ],
    [
      'the count of executions',
      {
        good: `sum(${bucket}{primitive_name="answer",execution_status="success",le="5e2"})`,
        total: `sum(${count}{execution_status="success",primitive_name="answer"})`,
      },
    ],
    [
      'a share',
      {
        goodShare: `sum(rate(${bucket}{primitive_name="answer",execution_status="success",le="500"}[1h])) / sum(rate(${durations}{primitive_name="answer",execution_status="success"}[1h]))`,
      },
    ],
  ])('reads latency from %s', (_form, queries) => {
    expect(read(queries)).toEqual({
      indicator: { kind: 'latency', thresholdMs: 500 },
      selection: answer,
      differences: [],
    });
  });

  it('names the query that cannot be read', () => {
    expect(() => read({ good: `sum(${count}{execution_status="success"})`, total: 'sum(requests)' })).toThrow(
      'SLO "a": total is "sum(requests)"; requests is no count of executions that is known here; what can be read',
    );
  });

  it('reads which executions are meant', () => {
    const labels = 'primitive_type="llm",workflow_name="shop",primitive_name="a\\"b"';
    const { selection } = read({
      good: `sum(${count}{${labels},execution_status="success"})`,
      total: `sum(${count}{${labels}})`,
    });
    expect(selection).toEqual({ primitiveName: 'a"b', primitiveType: 'llm', workflowName: 'shop' });
  });

  it.each<[string, Queries]>([
    [
      'counts the executions of every primitive; here runs',
      {
        bad: `sum(${count}{execution_status=~"error|timeout"})`,
        total: `sum(${count}{execution_status!~"cancelled|suspended"})`,
      },
    ],
    [
      'counts the executions of every primitive; here runs',
      {
        bad: `sum(${count}{workflow_name="shop",execution_status=~"error|timeout"})`,
        total: `sum(${count}{workflow_name="shop",execution_status!~"cancelled|suspended"})`,
      },
    ],
    [
      'matches job="shop", namespace=~"a|b"; here the executions of this process count',
      {
        bad: `sum(${count}{job="shop",primitive_type="llm",execution_status=~"error|timeout",namespace=~"a|b"})`,
        total: `sum(${count}{namespace=~"a|b",primitive_type="llm",execution_status!~"cancelled|suspended",job="shop"})`,
      },
    ],
    [
      'counts timeouts as good; here they are bad',
      {
        bad: `sum(${count}{primitive_type="llm",execution_status="error"})`,
        total: `sum(${count}{primitive_type="llm",execution_status!~"cancelled|suspended"})`,
      },
    ],
    [
      'leaves timeouts out; here they are bad',
      {
        bad: `sum(${count}{primitive_type="llm",execution_status="error"})`,
        total: `sum(${count}{primitive_type="llm",execution_status=~"success|error"})`,
      },
    ],
    [
      'counts cancelled and suspended executions as good; here they are neither',
      {
        bad: `sum(${count}{primitive_type="llm",execution_status=~"error|timeout"})`,
        total: `sum(${count}{primitive_type="llm"})`,
      },
    ],
    [
      'counts cancelled and suspended executions as bad; here they are neither',
      {
        good: `sum(${count}{primitive_type="llm",execution_status="success"})`,
        total: `sum(${count}{primitive_type="llm"})`,
      },
    ],
    [
      'counts suspended executions as bad; here they are neither',
      {
        good: `sum(${count}{primitive_type="llm",execution_status="success"})`,
        total: `sum(${count}{primitive_type="llm",execution_status!="cancelled"})`,
      },
    ],
    [
      'counts executions that failed; here those that succeeded count',
      {
        good: `sum(${bucket}{primitive_type="llm",le="500"})`,
        total: `sum(${durations}{primitive_type="llm"})`,
      },
    ],
    [
      'counts executions that failed; here those that succeeded count',
      {
        good: `sum(${bucket}{primitive_type="llm",execution_status="success",le="500"})`,
        total: `sum(${durations}{primitive_type="llm"})`,
      },
    ],
    [
      'asks for a bucket of 0.5 ms, which is not exported',
      {
        good: `sum(${bucket}{primitive_type="llm",execution_status="success",le="0.5"})`,
        total: `sum(${durations}{primitive_type="llm",execution_status="success"})`,
      },
    ],
  ])('tells that a query %s', (difference, queries) => {
    const { differences } = read(queries);
    expect(differences).toHaveLength(1);
    expect(differences[0]).toContain(difference);
  });

  it.each<[string, Queries]>([
    ['good is missing; what can be read', { good: undefined as never, total: `sum(${count})` }],
    ['good is 7; what can be read', { good: 7 as never, total: `sum(${count})` }],
    [
      'http_requests_total is no count of executions',
      { bad: 'sum(http_requests_total{code="500"})', total: 'sum(http_requests_total)' },
    ],
    [
      `${count} has no label tenant that is known here`,
      { bad: `sum(${count}{tenant="shop"})`, total: `sum(${count})` },
    ],
    [`${count} has no label le that is known here`, { bad: `sum(${count}{le="5"})`, total: `sum(${count})` }],
    [`${count} has no label constructor`, { bad: `sum(${count}{constructor="5"})`, total: `sum(${count})` }],
    [`${bucket} has no label slo_name`, { good: `sum(${bucket}{slo_name="5"})`, total: `sum(${count})` }],
    [`${bucket} needs the label le`, { good: `sum(${bucket}{})`, total: `sum(${durations})` }],
    [
      'it matches primitive_name twice',
      { bad: `sum(${count}{primitive_name="a",primitive_name="b"})`, total: `sum(${count})` },
    ],
    [
      'primitive_name has to be = one value',
      { bad: `sum(${count}{primitive_name=~"a|b"})`, total: `sum(${count})` },
    ],
    [
      'primitive_name has to be = one value',
      { bad: `sum(${count}{primitive_name=""})`, total: `sum(${count})` },
    ],
    [
      'execution_status is matched with "failed", which is none of success, error',
      { bad: `sum(${count}{execution_status="failed"})`, total: `sum(${count})` },
    ],
    [
      'execution_status is matched with "err.*"',
      { bad: `sum(${count}{execution_status=~"err.*"})`, total: `sum(${count})` },
    ],
    [
      'le="fast" is no number of milliseconds',
      { good: `sum(${bucket}{le="fast"})`, total: `sum(${durations})` },
    ],
    ['le="0" is no number', { good: `sum(${bucket}{le="0"})`, total: `sum(${durations})` }],
    ['le="1e999" is no number', { good: `sum(${bucket}{le="1e999"})`, total: `sum(${durations})` }],
    [
      'it counts different executions in one place and another',
      {
        good: `sum(${count}{primitive_name="a",execution_status="success"})`,
        total: `sum(${count}{primitive_name="b"})`,
      },
    ],
    [
      'it counts different executions',
      {
        bad: `sum(${count}{primitive_name="a",execution_status="error"})`,
        total: `sum(${count}{primitive_name="b"})`,
      },
    ],
    [
      'it counts different executions',
      { bad: `sum(${count}{job="a",execution_status="error"})`, total: `sum(${count}{job="b"})` },
    ],
    [
      'it counts different executions',
      { bad: `sum(${count}{job="a",execution_status="error"})`, total: `sum(${count}{})` },
    ],
    [
      'it counts over different ranges',
      { good: `sum(rate(${count}{execution_status="success"}[5m]))`, total: `sum(rate(${count}[1h]))` },
    ],
    [
      'it counts over different ranges',
      { good: `sum(rate(${count}{execution_status="success"}[5m]))`, total: `sum(increase(${count}[5m]))` },
    ],
    ['it does not tell successes from errors', { bad: `sum(${count})`, total: `sum(${count})` }],
    ['it does not tell successes from errors', { good: `sum(${count})`, total: `sum(${count})` }],
    [
      'it does not tell successes from errors',
      { bad: `sum(${count}{execution_status="timeout"})`, total: `sum(${count})` },
    ],
    [
      'it finds more good than it counts',
      {
        good: `sum(${count}{execution_status!="error"})`,
        total: `sum(${count}{execution_status=~"success|error"})`,
      },
    ],
    [
      'it counts the status error 2 times',
      {
        bad: `sum(${count}{execution_status="success"})`,
        total: `sum(${count}) + sum(${count}{execution_status="error"})`,
      },
    ],
    [
      'it counts the status success -1 times',
      { bad: `sum(${count}) + sum(${count}{execution_status="success"})`, total: `sum(${count})` },
    ],
    [
      'it does not divide quick executions by all of them',
      { good: `sum(${durations})`, total: `sum(${bucket}{le="500"})` },
    ],
    [
      'it does not divide quick executions by all of them',
      { bad: `sum(${bucket}{le="500"})`, total: `sum(${durations})` },
    ],
    [
      'it does not divide quick successes by all of them',
      { good: `sum(${bucket}{le="500",execution_status="error"})`, total: `sum(${durations})` },
    ],
    [
      'it asks for several thresholds',
      { good: `sum(${bucket}{le="500"}) + sum(${bucket}{le="100"})`, total: `sum(${durations})` },
    ],
    [
      'it is a ratio where a count belongs',
      { good: `sum(${count}) / sum(${count})`, total: `sum(${count})` },
    ],
    ['it is a count where a ratio belongs', { goodShare: `sum(${count})` }],
    [
      'slo_events_total does not tell what makes an execution good: keep the annotation',
      {
        good: 'sum(slo_events_total{slo_name="a",slo_outcome="good"})',
        total: 'sum(slo_events_total{slo_name="a"})',
      },
    ],
    [
      'slo_events_total needs the label slo_name',
      { good: 'sum(slo_events_total)', total: 'sum(slo_events_total)' },
    ],
    [
      'slo_outcome is matched with "fine", which is none of good, bad',
      { good: 'sum(slo_events_total{slo_name="a",slo_outcome="fine"})', total: 'sum(slo_events_total)' },
    ],
    [`${count} is not inside of a sum(…)`, { badShare: `${count}{execution_status="error"} / ${count}` }],
    ['it ends too soon', { bad: 'sum(', total: `sum(${count})` }],
  ])('refuses with: %s', (message, queries) => {
    const [field = ''] = Object.keys(queries);
    const fail = () => read(queries);
    expect(fail).toThrow(InvalidOptionError);
    expect(fail).toThrow(message);
    expect(fail).toThrow(`SLO "a": ${field} is `);
    expect(fail).toThrow('what can be read: sum(rate(primitive_execution_count_total{');
    expect(fail).toThrow(/^[^\n]+$/);
  });
});

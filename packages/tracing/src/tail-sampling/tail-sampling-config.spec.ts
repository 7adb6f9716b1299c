import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { parseTailSamplingConfig, type TailSamplingConfig } from './tail-sampling-config.ts';

/** What a YAML parser makes of the `tail_sampling` of a Collector file that uses everything. */
const collectorFile = {
  decision_wait: '1m30s',
  num_traces: 20_000,
  expected_new_traces_per_sec: 500,
  decision_wait_after_root_received: '2s',
  decision_cache: { sampled_cache_size: 100_000, non_sampled_cache_size: 400_000 },
  sample_on_first_match: true,
  drop_pending_traces_on_shutdown: true,
  maximum_trace_size_bytes: 4_194_304,
  block_on_overflow: false,
  sampling_strategy: 'trace-complete',
  policies: [
    {
      name: 'no-probes',
      type: 'drop',
      drop: {
        drop_sub_policy: [
          {
            name: 'probe-route',
            type: 'string_attribute',
            string_attribute: {
              key: 'http.route',
              values: ['^/(live|ready)z$'],
              enabled_regex_matching: true,
            },
          },
          { type: 'latency', latency: { threshold_ms: 0, upper_threshold_ms: 200 } },
        ],
      },
    },
    { name: 'failed', type: 'status_code', status_code: { status_codes: ['ERROR', 'UNSET', 'OK'] } },
    { name: 'slow', type: 'latency', latency: { threshold_ms: 5_000 } },
    { name: 'medium', type: 'latency', latency: { upper_threshold_ms: 900 } },
    {
      name: 'server-errors',
      type: 'numeric_attribute',
      numeric_attribute: {
        key: 'http.response.status_code',
        min_value: 500,
        max_value: 599,
        invert_match: false,
      },
    },
    { name: 'debts', type: 'numeric_attribute', numeric_attribute: { key: 'balance', max_value: -1 } },
    {
      name: 'customers',
      type: 'string_attribute',
      string_attribute: { key: 'tenant', values: ['acme', ''], invert_match: true },
    },
    {
      name: 'teams',
      type: 'string_attribute',
      string_attribute: {
        key: 'team',
        values: ['(?i)checkout-.+'],
        enabled_regex_matching: true,
        cache_max_size: 10,
      },
    },
    {
      name: 'forced',
      type: 'boolean_attribute',
      boolean_attribute: { key: 'app.force', value: true, invert_match: false },
    },
    { name: 'vendor', type: 'trace_state', trace_state: { key: 'vendor', values: ['debug'] } },
    { name: 'flagged', type: 'trace_flags' },
    { name: 'budget', type: 'rate_limiting', rate_limiting: { spans_per_second: 35, burst_capacity: 100 } },
    {
      name: 'bandwidth',
      type: 'bytes_limiting',
      bytes_limiting: { bytes_per_second: 1_048_576, burst_capacity: 5_242_880 },
    },
    { name: 'large', type: 'span_count', span_count: { min_spans: 2, max_spans: 20 } },
    { name: 'tenth', type: 'probabilistic', probabilistic: { sampling_percentage: 0.1, hash_salt: 'edge' } },
    {
      name: 'not-internal',
      type: 'not',
      not: { not_sub_policy: { name: 'internal', type: 'span_count', span_count: { max_spans: 1 } } },
    },
    {
      name: 'slow-checkout',
      type: 'and',
      and: {
        and_sub_policy: [
          { name: 'slow-1', type: 'latency', latency: { threshold_ms: 500 } },
          { name: 'all', type: 'always_sample' },
        ],
      },
    },
    {
      name: 'shares',
      type: 'composite',
      composite: {
        max_total_spans_per_second: 1_000,
        policy_order: ['gold', 'silver', 'rest'],
        composite_sub_policy: [
          { name: 'gold', type: 'numeric_attribute', numeric_attribute: { key: 'tier', min_value: 3 } },
          { name: 'silver', type: 'and', and: { and_sub_policy: [{ type: 'trace_flags' }] } },
          { name: 'rest', type: 'always_sample' },
        ],
        rate_allocation: [{ policy: 'gold', percent: 50 }, { policy: 'silver' }],
      },
    },
  ],
};

const withPolicy = (policy: unknown): unknown => ({ policies: [policy] });
const messageOf = (value: unknown): string => {
  try {
    parseTailSamplingConfig(value);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return (error as Error).message;
  }
  return 'accepted';
};

describe('parseTailSamplingConfig', () => {
  it('takes what a Collector takes, and returns it unchanged', () => {
    const config: TailSamplingConfig = parseTailSamplingConfig(collectorFile);
    expect(config).toEqual(collectorFile);
    expect(parseTailSamplingConfig(JSON.parse(JSON.stringify(config)))).toEqual(collectorFile);
  });

  it('takes numbers with underscores that a YAML 1.2 parser leaves as texts', () => {
    expect(
      parseTailSamplingConfig({ num_traces: '100_000', policies: [{ name: 'all', type: 'always_sample' }] }),
    ).toEqual({ num_traces: 100_000, policies: [{ name: 'all', type: 'always_sample' }] });
  });

  it('takes an empty YAML entry for an absent one', () => {
    expect(
      parseTailSamplingConfig({ decision_cache: null, policies: [{ name: 'all', type: 'always_sample' }] }),
    ).toEqual({ policies: [{ name: 'all', type: 'always_sample' }] });
  });

  const basic = (type: string, settings: unknown): unknown =>
    withPolicy({ name: 'p', type, [type]: settings });
  const cases: [unknown, string][] = [
    [undefined, 'tail_sampling is missing; give an object with policies'],
    [[], 'tail_sampling is an empty list; give an object'],
    ['x', 'tail_sampling is "x"; give an object'],
    [{}, 'policies is missing; give a list of at least one policy'],
    [{ policies: [] }, 'policies is an empty list; give a list of at least one policy'],
    [{ policies: {} }, 'policies is an object; give a list'],
    [{ processors: {} }, 'processors is an object; there is no such field here'],
    [withPolicy(5), 'policies[0] is 5; give an object'],
    [withPolicy({ type: 'always_sample' }), 'policies[0].name is missing; give the policy a name'],
    [withPolicy({ name: '', type: 'always_sample' }), 'policies[0].name is ""; give the policy a name'],
    [withPolicy({ name: 'a' }), 'policies[0].type is missing; give one of always_sample'],
    [withPolicy({ name: 'a', type: 'wasm' }), 'policies[0].type is "wasm"; give one of always_sample'],
    [
      withPolicy({ name: 'a', type: 'ottl_condition', ottl_condition: {} }),
      'policies[0].type is "ottl_condition"; OTTL is not evaluated inside a process',
    ],
    [
      { policies: ['a', 'a'].map((name) => ({ name, type: 'always_sample' })) },
      'policies[1].name is "a"; another policy has this name',
    ],
    [
      withPolicy({ name: 'a', type: 'always_sample', latency: {} }),
      'policies[0].latency is an object; there is no such field here, only name, type: remove it',
    ],
    [
      basic('latency', { threshold_ms: 'fast' }),
      'policies[0].latency.threshold_ms is "fast"; give a whole number',
    ],
    [
      basic('latency', { threshold_ms: -1 }),
      'policies[0].latency.threshold_ms is -1; give a whole number from 0',
    ],
    [basic('latency', { threshold_ms: 1.5 }), 'threshold_ms is 1.5; give a whole number'],
    [
      basic('latency', { treshold_ms: 1 }),
      'policies[0].latency.treshold_ms is 1; there is no such field here',
    ],
    [basic('latency', undefined), 'policies[0].latency is missing; give an object with threshold_ms'],
    [basic('latency', [1]), 'policies[0].latency is a list; give an object'],
    [
      basic('status_code', { status_codes: ['Error'] }),
      'status_codes[0] is "Error"; give one of OK, ERROR, UNSET',
    ],
    [
      basic('status_code', { status_codes: [] }),
      'status_codes is an empty list; give a list of at least one status',
    ],
    [
      basic('probabilistic', { sampling_percentage: -1 }),
      'sampling_percentage is -1; give a number from 0 on',
    ],
    [
      basic('probabilistic', { sampling_percentage: Number.NaN }),
      'sampling_percentage is NaN; give a number',
    ],
    [basic('probabilistic', {}), 'sampling_percentage is missing; give a number'],
    [basic('probabilistic', { sampling_percentage: 1, hash_salt: 5 }), 'hash_salt is 5; give a text'],
    [basic('numeric_attribute', { min_value: 1 }), 'numeric_attribute.key is missing; give the key'],
    [basic('numeric_attribute', { key: 'k' }), 'numeric_attribute is an object; give min_value or max_value'],
    [basic('numeric_attribute', { key: 'k', min_value: 0 }), 'give min_value or max_value other than 0'],
    [
      basic('numeric_attribute', { key: 'k', min_value: 3, max_value: 2 }),
      'min_value is 3; give at most the max_value, 2',
    ],
    [basic('numeric_attribute', { key: 'k', min_value: '3' }), 'min_value is "3"; give a whole number'],
    [
      basic('boolean_attribute', { key: 'k', value: 'yes' }),
      'boolean_attribute.value is "yes"; give true or false',
    ],
    [basic('string_attribute', { key: 'k', values: [] }), 'string_attribute.values is an empty list'],
    [basic('string_attribute', { key: 'k', values: [1] }), 'string_attribute.values[0] is 1; give a text'],
    [
      basic('string_attribute', { key: 'k', values: ['a', '(b'], enabled_regex_matching: true }),
      'policies[0].string_attribute.values[1] is "(b"; JavaScript cannot read this regular expression',
    ],
    [basic('trace_state', { key: 'k', values: [''] }), 'trace_state.values[0] is ""; give a text'],
    [basic('rate_limiting', {}), 'rate_limiting.spans_per_second is missing; give a whole number'],
    [basic('bytes_limiting', {}), 'bytes_limiting.bytes_per_second is missing; give a whole number'],
    [basic('span_count', { min_spans: true }), 'span_count.min_spans is true; give a whole number'],
    [
      basic('and', { and_sub_policy: [{ type: 'composite' }] }),
      'policies[0].and.and_sub_policy[0].type is "composite"; give one of always_sample',
    ],
    [
      basic('and', { and_sub_policy: [] }),
      'and.and_sub_policy is an empty list; give a list of at least one policy',
    ],
    [basic('drop', {}), 'drop.drop_sub_policy is missing; give a list of at least one policy'],
    [basic('not', {}), 'not.not_sub_policy is missing; give an object'],
    [
      basic('composite', {
        max_total_spans_per_second: 1,
        policy_order: ['b'],
        composite_sub_policy: [{ name: 'a', type: 'always_sample' }],
      }),
      'composite.policy_order[0] is "b"; give one of a',
    ],
    [
      basic('composite', {
        max_total_spans_per_second: 1,
        composite_sub_policy: [{ name: 'a', type: 'always_sample' }],
        rate_allocation: [{ policy: 'b', percent: 1 }],
      }),
      'composite.rate_allocation[0].policy is "b"; give one of a',
    ],
    [
      basic('composite', {
        max_total_spans_per_second: 1,
        composite_sub_policy: [{ type: 'always_sample' }],
      }),
      'composite.composite_sub_policy[0].name is missing; give the policy a name',
    ],
    [{ decision_wait: 30, policies: [] }, 'decision_wait is 30; give a duration with its unit'],
    [{ decision_wait: '30', policies: [] }, 'decision_wait is "30"; give a duration with its unit'],
    [{ num_traces: 0 }, 'num_traces is 0; give a whole number from 1 on'],
    [{ decision_cache: { sampled_cache_size: '1_x' } }, 'decision_cache.sampled_cache_size is "1_x"'],
    [{ decision_cache: 5 }, 'decision_cache is 5; give an object'],
    [{ block_on_overflow: true }, 'block_on_overflow is true; a program does not wait for its telemetry'],
    [{ sampling_strategy: 'span-ingest' }, 'sampling_strategy is "span-ingest"; give one of trace-complete'],
    [
      { sample_on_first_match: 'x'.repeat(99) },
      `sample_on_first_match is "${'x'.repeat(59)}…"; give true or false`,
    ],
  ];
  it.each(cases)('refuses %j', (value, message) => {
    const all = { name: 'all', type: 'always_sample' };
    // A case about another field is completed, so that nothing else is wrong with it.
    const isOther =
      typeof value === 'object' && value !== null && Object.keys(value).some((key) => key !== 'policies');
    expect(messageOf(isOther && !Array.isArray(value) ? { ...value, policies: [all] } : value)).toContain(
      message,
    );
  });
});

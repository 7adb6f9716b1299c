import { ConfigNode } from './config-node.ts';
import { readGoDuration } from './go-duration.ts';
import { type PolicyConfig, readPolicies } from './policy-config.ts';

/**
 * What stands under `processors: tail_sampling:` in the file of an OpenTelemetry Collector, with the same names and
 * meanings, so that a set of policies moves from one to the other unchanged.
 *
 * @see https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/processor/tailsamplingprocessor
 */
export interface TailSamplingConfig {
  /** Any `drop` that matches drops the trace; else any other that matches keeps it; else it is dropped. */
  readonly policies: readonly PolicyConfig[];
  /**
   * How long a trace may stay open until it is looked at for the first time. A trace whose spans have all ended is
   * decided at once, without any wait. @defaultValue '30s'
   */
  readonly decision_wait?: string;
  /** Traces that are open at the same time; the oldest makes room for one more. @defaultValue 50000 */
  readonly num_traces?: number;
  /** Only for the Collector. */
  readonly expected_new_traces_per_sec?: number;
  /** Only for the Collector: here a trace is decided when its last span ends. */
  readonly decision_wait_after_root_received?: string;
  /** Decisions that are remembered for late spans; at least `num_traces` of each kind. */
  readonly decision_cache?: {
    readonly sampled_cache_size?: number;
    readonly non_sampled_cache_size?: number;
  };
  /** Whether the first policy that matches is the last to be asked, which spares limits. @defaultValue false */
  readonly sample_on_first_match?: boolean;
  /** Whether a shutdown drops open traces instead of deciding them with what is known. @defaultValue false */
  readonly drop_pending_traces_on_shutdown?: boolean;
  /** A trace that grows beyond this is dropped, errors or not; estimated. @defaultValue 0, which is no limit */
  readonly maximum_trace_size_bytes?: number;
  /** A program never waits for its telemetry. @defaultValue false, and nothing else */
  readonly block_on_overflow?: false;
  /** @defaultValue 'trace-complete', and nothing else */
  readonly sampling_strategy?: 'trace-complete';
}

/**
 * The configuration in a parsed YAML or JSON file: what stands under `tail_sampling`. Nothing is added to it, so
 * that it can be written back.
 *
 * @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`) that names the first field that is wrong, e.g.
 * `policies[2].latency.threshold_ms is "fast"; give a whole number from 0 on`. Unknown fields and types of
 * policies are refused, among them `ottl_condition`.
 */
export function parseTailSamplingConfig(value: unknown): TailSamplingConfig {
  const fields = new ConfigNode(value).fields(
    'policies',
    'decision_wait',
    'num_traces',
    'expected_new_traces_per_sec',
    'decision_wait_after_root_received',
    'decision_cache',
    'sample_on_first_match',
    'drop_pending_traces_on_shutdown',
    'maximum_trace_size_bytes',
    'block_on_overflow',
    'sampling_strategy',
  );
  const readFlag = (node: ConfigNode): boolean => node.boolean();
  const readCount = (node: ConfigNode): number => node.integer();
  return {
    policies: readPolicies(fields.node('policies')),
    ...fields.optional('decision_wait', readGoDuration),
    ...fields.optional('num_traces', (node) => node.integer(1)),
    ...fields.optional('expected_new_traces_per_sec', readCount),
    ...fields.optional('decision_wait_after_root_received', readGoDuration),
    ...fields.optional('decision_cache', (node) => {
      const sizes = node.fields('sampled_cache_size', 'non_sampled_cache_size');
      return {
        ...sizes.optional('sampled_cache_size', readCount),
        ...sizes.optional('non_sampled_cache_size', readCount),
      };
    }),
    ...fields.optional('sample_on_first_match', readFlag),
    ...fields.optional('drop_pending_traces_on_shutdown', readFlag),
    ...fields.optional('maximum_trace_size_bytes', readCount),
    ...fields.optional('block_on_overflow', readNoBlocking),
    ...fields.optional('sampling_strategy', (node) => node.oneOf('trace-complete')),
  };
}

function readNoBlocking(node: ConfigNode): false {
  return node.boolean() ? node.refuse('a program does not wait for its telemetry: remove it') : false;
}

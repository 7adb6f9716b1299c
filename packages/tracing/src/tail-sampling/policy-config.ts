import type { ConfigNode } from './config-node.ts';
import {
  type BooleanAttributeSettings,
  type NumericAttributeSettings,
  readBooleanAttribute,
  readNumericAttribute,
  readStringAttribute,
  type StringAttributeSettings,
} from './policies/attribute.ts';
import type { CompositeLimits } from './policies/composite.ts';
import {
  type LatencySettings,
  readLatency,
  readSpanCount,
  type SpanCountSettings,
} from './policies/extent.ts';
import {
  type BytesLimitingSettings,
  type RateLimitingSettings,
  readBytesLimiting,
  readRateLimiting,
} from './policies/limiting.ts';
import { type ProbabilisticSettings, readProbabilistic } from './policies/probabilistic.ts';
import {
  readStatusCode,
  readTraceState,
  type StatusCodeSettings,
  type TraceStateSettings,
} from './policies/span.ts';

/** A policy that looks at the trace itself, with its settings in a field of its own name. */
export type BasicPolicyConfig =
  | { readonly type: 'always_sample' }
  | { readonly type: 'trace_flags' }
  | { readonly type: 'latency'; readonly latency: LatencySettings }
  | { readonly type: 'numeric_attribute'; readonly numeric_attribute: NumericAttributeSettings }
  | { readonly type: 'boolean_attribute'; readonly boolean_attribute: BooleanAttributeSettings }
  | { readonly type: 'string_attribute'; readonly string_attribute: StringAttributeSettings }
  | { readonly type: 'probabilistic'; readonly probabilistic: ProbabilisticSettings }
  | { readonly type: 'status_code'; readonly status_code: StatusCodeSettings }
  | { readonly type: 'trace_state'; readonly trace_state: TraceStateSettings }
  | { readonly type: 'rate_limiting'; readonly rate_limiting: RateLimitingSettings }
  | { readonly type: 'bytes_limiting'; readonly bytes_limiting: BytesLimitingSettings }
  | { readonly type: 'span_count'; readonly span_count: SpanCountSettings };

/** A policy inside `and`, `not` or `drop`. Its name is for readers. */
export type SubPolicyConfig = { readonly name?: string } & BasicPolicyConfig;

/** `and`: matches where all of its sub-policies do. */
export interface AndPolicyConfig {
  readonly type: 'and';
  readonly and: { readonly and_sub_policy: readonly SubPolicyConfig[] };
}

/** A policy inside `composite`, which refers to it by its name. */
export type CompositeSubPolicyConfig = { readonly name: string } & (BasicPolicyConfig | AndPolicyConfig);

/** One entry of `policies`. */
export type PolicyConfig = { readonly name: string } & (
  | BasicPolicyConfig
  | AndPolicyConfig
  | { readonly type: 'not'; readonly not: { readonly not_sub_policy: SubPolicyConfig } }
  | { readonly type: 'drop'; readonly drop: { readonly drop_sub_policy: readonly SubPolicyConfig[] } }
  | {
      readonly type: 'composite';
      readonly composite: CompositeLimits & {
        readonly composite_sub_policy: readonly CompositeSubPolicyConfig[];
      };
    }
);

const basicTypes = [
  'always_sample',
  'trace_flags',
  'latency',
  'numeric_attribute',
  'boolean_attribute',
  'string_attribute',
  'probabilistic',
  'status_code',
  'trace_state',
  'rate_limiting',
  'bytes_limiting',
  'span_count',
] as const satisfies readonly BasicPolicyConfig['type'][];
const compositeTypes = [...basicTypes, 'and'] as const;
const allTypes = [...compositeTypes, 'not', 'drop', 'composite'] as const;

/** The entries of `policies`, each with a name of its own. */
export function readPolicies(node: ConfigNode): PolicyConfig[] {
  return uniquelyNamed(node, readPolicy);
}

function readPolicy(node: ConfigNode): PolicyConfig {
  const { type, name, settings } = readHead(node, allTypes);
  switch (type) {
    case 'and':
      return { name: readName(name), type, and: readAnd(settings) };
    case 'not':
      return {
        name: readName(name),
        type,
        not: { not_sub_policy: readSubPolicy(settings.fields('not_sub_policy').node('not_sub_policy')) },
      };
    case 'drop':
      return {
        name: readName(name),
        type,
        drop: { drop_sub_policy: readSubPolicies(settings, 'drop_sub_policy') },
      };
    case 'composite':
      return { name: readName(name), type, composite: readComposite(settings) };
    default:
      return { name: readName(name), ...readBasic(type, settings) };
  }
}

function readAnd(node: ConfigNode): AndPolicyConfig['and'] {
  return { and_sub_policy: readSubPolicies(node, 'and_sub_policy') };
}

function readSubPolicies(node: ConfigNode, field: 'and_sub_policy' | 'drop_sub_policy'): SubPolicyConfig[] {
  return node.fields(field).node(field).list('policy', readSubPolicy);
}

function readSubPolicy(node: ConfigNode): SubPolicyConfig {
  const { type, name, settings } = readHead(node, basicTypes);
  return { ...(name.value === undefined ? {} : { name: readName(name) }), ...readBasic(type, settings) };
}

function readCompositeSubPolicy(node: ConfigNode): CompositeSubPolicyConfig {
  const { type, name, settings } = readHead(node, compositeTypes);
  return type === 'and'
    ? { name: readName(name), type, and: readAnd(settings) }
    : { name: readName(name), ...readBasic(type, settings) };
}

function readComposite(node: ConfigNode): Extract<PolicyConfig, { type: 'composite' }>['composite'] {
  const fields = node.fields(
    'max_total_spans_per_second',
    'policy_order',
    'composite_sub_policy',
    'rate_allocation',
  );
  const subPolicies = uniquelyNamed(fields.node('composite_sub_policy'), readCompositeSubPolicy);
  const names = subPolicies.map(({ name }) => name);
  const readReference = (reference: ConfigNode): string => reference.oneOf(...names);
  return {
    max_total_spans_per_second: fields.node('max_total_spans_per_second').integer(),
    ...fields.optional('policy_order', (order) => order.list('name', readReference)),
    composite_sub_policy: subPolicies,
    ...fields.optional('rate_allocation', (allocations) =>
      allocations.list('allocation', (allocation) => {
        const entry = allocation.fields('policy', 'percent');
        return {
          policy: readReference(entry.node('policy')),
          ...entry.optional('percent', (percent) => percent.integer()),
        };
      }),
    ),
  };
}

function readBasic(type: BasicPolicyConfig['type'], settings: ConfigNode): BasicPolicyConfig {
  switch (type) {
    case 'always_sample':
    case 'trace_flags':
      return { type };
    case 'latency':
      return { type, latency: readLatency(settings) };
    case 'numeric_attribute':
      return { type, numeric_attribute: readNumericAttribute(settings) };
    case 'boolean_attribute':
      return { type, boolean_attribute: readBooleanAttribute(settings) };
    case 'string_attribute':
      return { type, string_attribute: readStringAttribute(settings) };
    case 'probabilistic':
      return { type, probabilistic: readProbabilistic(settings) };
    case 'status_code':
      return { type, status_code: readStatusCode(settings) };
    case 'trace_state':
      return { type, trace_state: readTraceState(settings) };
    case 'rate_limiting':
      return { type, rate_limiting: readRateLimiting(settings) };
    case 'bytes_limiting':
      return { type, bytes_limiting: readBytesLimiting(settings) };
    case 'span_count':
      return { type, span_count: readSpanCount(settings) };
  }
}

interface PolicyHead<T extends string> {
  readonly type: T;
  readonly name: ConfigNode;
  readonly settings: ConfigNode;
}

/** What every policy has. The settings stand in the field that is named like the type. */
function readHead<T extends string>(node: ConfigNode, types: readonly T[]): PolicyHead<T> {
  const typeNode = node.field('type');
  if (typeNode.value === 'ottl_condition')
    typeNode.refuse('OTTL is not evaluated inside a process: use the attribute and status_code policies');
  const type = typeNode.oneOf(...types);
  const settings: string[] = type === 'always_sample' || type === 'trace_flags' ? [] : [type];
  node.fields('name', 'type', ...settings);
  return { type, name: node.field('name'), settings: node.field(type) };
}

function readName(node: ConfigNode): string {
  return node.string('give the policy a name');
}

function uniquelyNamed<T extends { readonly name: string }>(
  node: ConfigNode,
  read: (entry: ConfigNode) => T,
): T[] {
  const names = new Set<string>();
  return node.list('policy', (entry) => {
    const policy = read(entry);
    if (names.has(policy.name)) entry.field('name').refuse('another policy has this name: give each its own');
    names.add(policy.name);
    return policy;
  });
}

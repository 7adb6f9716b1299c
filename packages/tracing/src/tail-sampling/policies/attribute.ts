import type { ConfigNode } from '../config-node.ts';
import { LruCache } from '../lru-cache.ts';
import { opposite, type Policy, someAttribute } from '../policy.ts';
import { goRegExp } from './go-regexp.ts';

/** `numeric_attribute`: a span or resource attribute is a number between two bounds, both included. */
export interface NumericAttributeSettings {
  readonly key: string;
  /** The Collector takes 0 for "no bound"; so do we. */
  readonly min_value?: number;
  /** The Collector takes 0 for "no bound"; so do we. */
  readonly max_value?: number;
  /** Matches the traces without such an attribute. @defaultValue false */
  readonly invert_match?: boolean;
}

/** `boolean_attribute`: a span or resource attribute has this value. */
export interface BooleanAttributeSettings {
  readonly key: string;
  readonly value: boolean;
  /** Matches the traces without such an attribute. @defaultValue false */
  readonly invert_match?: boolean;
}

/** `string_attribute`: a span or resource attribute is one of these texts, or matches one of these expressions. */
export interface StringAttributeSettings {
  readonly key: string;
  /** Empty texts are never matched. */
  readonly values: readonly string[];
  /** Whether `values` are regular expressions. They match anywhere unless anchored. @defaultValue false */
  readonly enabled_regex_matching?: boolean;
  /** How many texts of up to 1,024 characters the answers are remembered for. @defaultValue 128 */
  readonly cache_max_size?: number;
  /** Matches the traces without such an attribute. @defaultValue false */
  readonly invert_match?: boolean;
}

const defaultCacheSize = 128;
/** Longer texts are matched anew: a few prompts must not fill the memory. */
const longestCachedText = 1_024;
const readKey = (node: ConfigNode): string => node.string('give the key of an attribute');
const readFlag = (node: ConfigNode): boolean => node.boolean();
const readBound = (node: ConfigNode): number => node.integer(Number.MIN_SAFE_INTEGER);

export function readNumericAttribute(node: ConfigNode): NumericAttributeSettings {
  const fields = node.fields('key', 'min_value', 'max_value', 'invert_match');
  const settings = {
    key: readKey(fields.node('key')),
    ...fields.optional('min_value', readBound),
    ...fields.optional('max_value', readBound),
    ...fields.optional('invert_match', readFlag),
  };
  const { min, max } = bounds(settings);
  if (min === -Infinity && max === Infinity) node.refuse('give min_value or max_value other than 0');
  if (min > max) fields.node('min_value').refuse(`give at most the max_value, ${max}`);
  return settings;
}

export function numericAttributePolicy(settings: NumericAttributeSettings): Policy {
  const { min, max } = bounds(settings);
  const policy = someAttribute(
    settings.key,
    (value) => typeof value === 'number' && value >= min && value <= max,
  );
  return settings.invert_match === true ? opposite(policy) : policy;
}

function bounds({ min_value: min, max_value: max }: NumericAttributeSettings): { min: number; max: number } {
  return { min: min || -Infinity, max: max || Infinity };
}

export function readBooleanAttribute(node: ConfigNode): BooleanAttributeSettings {
  const fields = node.fields('key', 'value', 'invert_match');
  return {
    key: readKey(fields.node('key')),
    value: fields.node('value').boolean(),
    ...fields.optional('invert_match', readFlag),
  };
}

export function booleanAttributePolicy(settings: BooleanAttributeSettings): Policy {
  const policy = someAttribute(settings.key, (value) => value === settings.value);
  return settings.invert_match === true ? opposite(policy) : policy;
}

export function readStringAttribute(node: ConfigNode): StringAttributeSettings {
  const fields = node.fields('key', 'values', 'enabled_regex_matching', 'cache_max_size', 'invert_match');
  const settings = {
    key: readKey(fields.node('key')),
    values: fields.node('values').list('text', readText),
    ...fields.optional('enabled_regex_matching', readFlag),
    ...fields.optional('cache_max_size', (size) => size.integer()),
    ...fields.optional('invert_match', readFlag),
  };
  if (settings.enabled_regex_matching === true)
    fields.node('values').list('expression', (value) => {
      if (goRegExp(readText(value)) === undefined)
        value.refuse('JavaScript cannot read this regular expression: write it without syntax of Go’s own');
    });
  return settings;
}

export function stringAttributePolicy(settings: StringAttributeSettings): Policy {
  const isMatch = settings.enabled_regex_matching === true ? matchesExpression(settings) : isListed(settings);
  const policy = someAttribute(
    settings.key,
    (value) => typeof value === 'string' && value !== '' && isMatch(value),
  );
  return settings.invert_match === true ? opposite(policy) : policy;
}

function isListed({ values }: StringAttributeSettings): (text: string) => boolean {
  const listed = new Set(values);
  return (text) => listed.has(text);
}

function matchesExpression(settings: StringAttributeSettings): (text: string) => boolean {
  const expressions = settings.values.map(goRegExp).filter((expression) => expression !== undefined);
  const answers = new LruCache<boolean>(settings.cache_max_size || defaultCacheSize);
  const isMatch = (text: string): boolean => expressions.some((expression) => expression.test(text));
  return (text) => {
    if (text.length > longestCachedText) return isMatch(text);
    let answer = answers.get(text);
    if (answer === undefined) {
      answer = isMatch(text);
      answers.set(text, answer);
    }
    return answer;
  };
}

function readText(node: ConfigNode): string {
  return typeof node.value === 'string' ? node.value : node.refuse('give a text');
}

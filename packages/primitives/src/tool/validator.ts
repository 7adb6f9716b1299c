import { messageOf } from '@tta/obs-instrumentation';
import type { ToolInputIssue } from './tool-input-error.ts';

/**
 * A validator of the Standard Schema shape, version 1, as zod, valibot and arktype make them. Where it has `jsonSchema`,
 * it is of the Standard JSON Schema shape as well.
 */
export interface StandardValidator<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | PromiseLike<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
    };
  };
}

/** What such a validator answers. */
export type StandardResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

/** What such a validator finds wrong. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * What checks the arguments that a model gives: a validator of the Standard Schema shape, a type guard, or a function that
 * returns what it made of them and throws where it cannot.
 */
export type Validator = StandardValidator | ((value: unknown) => unknown);

/** What a tool gets whose arguments have been checked by `V`. */
export type Checked<V> = V extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly output: infer Output }
    ? Output
    : unknown
  : V extends (value: unknown) => value is infer Guarded
    ? Guarded
    : V extends (value: unknown) => infer Returned
      ? Awaited<Returned> extends boolean
        ? unknown
        : Exclude<Awaited<Returned>, boolean>
      : unknown;

/** What `V` may be given. */
export type Unchecked<V> = V extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly input: infer Input }
    ? Input
    : unknown
  : V extends (value: unknown) => value is infer Guarded
    ? Guarded
    : unknown;

type Verdict =
  { readonly value: unknown } | { readonly issues: readonly ToolInputIssue[]; readonly cause?: unknown };

/** What a validator says about arguments. @throws What a validator of the Standard Schema shape throws: a bug of it. */
export async function check(validator: Validator, input: unknown): Promise<Verdict> {
  if ('~standard' in validator) {
    const result = await validator['~standard'].validate(input);
    if (!result.issues) return { value: result.value };
    return { issues: result.issues.map(({ message, path = [] }) => ({ path: textOf(path), message })) };
  }
  try {
    const answer = await validator(input);
    if (answer === false) return { issues: [{ path: '', message: 'they are not what the tool takes' }] };
    return { value: answer === true ? input : answer };
  } catch (cause) {
    return { issues: [{ path: '', message: messageOf(cause) }], cause };
  }
}

/** The JSON Schema that a validator makes of itself; `undefined` where it makes none. @throws What it throws. */
export function jsonSchemaOf(validator: Validator | undefined): Record<string, unknown> | undefined {
  if (!validator || !('~standard' in validator)) return undefined;
  return validator['~standard'].jsonSchema?.input({ target: 'draft-2020-12' });
}

function textOf(path: NonNullable<StandardIssue['path']>): string {
  let text = '';
  for (const segment of path) {
    const key = typeof segment === 'object' ? segment.key : segment;
    if (typeof key === 'number') text += `[${key}]`;
    else text += text ? `.${String(key)}` : String(key);
  }
  return text;
}

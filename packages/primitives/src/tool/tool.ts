import { genAiNames, InvalidCompositionError, type ToolDefinition } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  messageOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { isPlainObject } from '../internal/plain-object.ts';
import { requireOptions, requireText } from '../internal/requirements.ts';
import { ToolInputError } from './tool-input-error.ts';
import { check, type Checked, jsonSchemaOf, type Unchecked, type Validator } from './validator.ts';

/**
 * What a tool is and does.
 *
 * A tool stays one inside other primitives: the definition that a model is told stands on its unit, and an agent finds it
 * along the children that these declare (`toolDefinitionOf`). So `retry`, `timeout`, `cache`, `approval` around a tool need
 * to do nothing for it but to declare it as a child, on any edge that is no call of its own.
 */
export interface ToolOptions<V extends Validator, O, Chunk> {
  /** By which the model calls it: 1 to 64 letters, digits, `_` and `-`. */
  readonly name: string;
  /** Tells the model when to call it and what it gives. */
  readonly description?: string;
  /**
   * Checks the arguments, which come from a model: a validator of the Standard Schema shape (zod, valibot, arktype), a
   * type guard, or a function that returns what it made of them and throws where it cannot.
   *
   * @defaultValue nothing is checked
   */
  readonly input?: V;
  /**
   * JSON Schema of the arguments, for the model alone: what it gives is not checked by it.
   *
   * @defaultValue what input makes of itself, where it is of the Standard JSON Schema shape
   */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What it does: a function, which is the tool itself, or a primitive, which is its child. */
  readonly execute: PrimitiveLike<Checked<V>, O, Chunk>;
}

/** What providers take for a name. */
const nameOfTool = /^[A-Za-z0-9_-]{1,64}$/;

/** Made by {@link tool}. */
export class Tool<O, Chunk> extends InstrumentedPrimitive<unknown, O, Chunk> {
  readonly #description: string | undefined;
  readonly #validator: Validator | undefined;
  readonly #execute: PrimitiveLike<unknown, O, Chunk>;

  constructor(definition: ToolDefinition, { input, execute }: ToolOptions<Validator, O, Chunk>) {
    const { name, description } = definition;
    super({
      type: 'tool',
      action: 'execute_tool',
      name,
      attributes: {
        [genAiNames.operationName]: 'execute_tool',
        [genAiNames.toolName]: name,
        [genAiNames.toolType]: 'function',
      },
      children: typeof execute === 'function' ? [] : [{ edge: 'inner', step: execute }],
      tool: definition,
    });
    this.#description = description;
    this.#validator = input;
    this.#execute = execute;
  }

  /**
   * What the validator makes of arguments.
   *
   * @throws {@link ToolInputError} for arguments that are not what it takes.
   */
  async checked(input: unknown): Promise<unknown> {
    if (!this.#validator) return input;
    const verdict = await check(this.#validator, input);
    if ('issues' in verdict) throw new ToolInputError(this.name, verdict.issues, verdict.cause);
    return verdict.value;
  }

  protected async run(input: unknown, scope: RunScope<Chunk>): Promise<O> {
    // Not of the unit: every log line has the attributes of that.
    if (this.#description !== undefined) scope.attr(genAiNames.toolDescription, this.#description);
    let checked = input;
    if (this.#validator) {
      checked = await this.checked(input);
      if (scope.isCancellable) scope.signal.throwIfAborted();
    }
    const execute = this.#execute;
    if (typeof execute === 'function') return execute(checked, scope);
    return scope.step('inner', execute, checked, { streamed: true });
  }
}

/**
 * Something that a model may have done: a function or a step with a name, a description and a check of its arguments.
 * Each call is one span, `primitive.tool.execute_tool`. It is given to an `agent`, and runs by itself as well.
 *
 * OpenTelemetry GenAI conventions, "Execute tool span".
 *
 * @throws {@link ToolInputError} for arguments that are not what it takes; else what `execute` throws, untouched.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a name that providers do not take, an `input` that checks nothing or cannot
 * say its JSON Schema, `parameters` that are none or arguments that are no object, a `description` that is no text, and an
 * `execute` that is no step; at construction.
 */
export function tool<O, V extends Validator = Validator, Chunk = never>(
  options: ToolOptions<V, O, Chunk>,
): InstrumentedPrimitive<Unchecked<V>, O, Chunk> {
  requireOptions(options, 'tool', "{ name: 'add', execute: ({ a, b }) => a + b }");
  const { name, description, input, execute } = options;
  if (typeof name !== 'string' || !nameOfTool.test(name)) {
    throw new InvalidCompositionError(
      `tool: the name is ${JSON.stringify(name)}; it has to be 1 to 64 letters, digits, _ or -`,
    );
  }
  const where = `tool "${name}"`;
  requireStep(execute, `${where}: execute`);
  if (input !== undefined) requireValidator(input, where);
  if (description !== undefined) requireText(description, `${where}: description`);
  if (options.parameters !== undefined) requireSchema(options.parameters, where);
  const parameters = options.parameters ?? parametersOf(input, where);
  const { type = 'object' } = parameters ?? {};
  if (type !== 'object') {
    throw new InvalidCompositionError(
      `${where}: its arguments are of type ${JSON.stringify(type)}; models give arguments by their names, as an object`,
    );
  }
  const definition = Object.freeze({
    name,
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
  });
  return new Tool(definition, options);
}

function requireValidator(value: unknown, where: string): void {
  if (typeof value === 'function' || (typeof value === 'object' && value !== null && '~standard' in value))
    return;
  throw new InvalidCompositionError(
    `${where}: input checks nothing; it has to be a validator of the Standard Schema shape, a type guard, or a function`,
  );
}

function requireSchema(value: unknown, where: string): void {
  if (isPlainObject(value) && !('~standard' in value)) return;
  const isValidator = typeof value === 'function' || '~standard' in Object(value);
  throw new InvalidCompositionError(
    isValidator
      ? `${where}: parameters are a validator; give it as input, not as parameters`
      : `${where}: parameters are no JSON Schema; they have to be an object such as { type: 'object', properties: {} }`,
  );
}

function parametersOf(input: Validator | undefined, where: string): Record<string, unknown> | undefined {
  try {
    return jsonSchemaOf(input);
  } catch (error) {
    throw new InvalidCompositionError(
      `${where}: input cannot say its JSON Schema (${messageOf(error)}); give one as parameters`,
    );
  }
}

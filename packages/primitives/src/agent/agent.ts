import { genAiNames, InvalidCompositionError, type LlmReply, ObsError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  journalOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { requireOptions, requirePositiveInteger, requireText } from '../internal/requirements.ts';
import { wholeCharacters } from '../internal/whole-characters.ts';
import type { AnyStep } from '../step-types.ts';
import { toolDefinitionOf } from '../tool/tool-definition.ts';
import { AgentStepsError } from './agent-steps-error.ts';
import { type AgentUsage, sumOfUsage } from './agent-usage.ts';
import { callTools } from './call-tools.ts';
import type { AgentMessage, AssistantMessage, Conversation, ToolDefinition } from './conversation.ts';
import { type KeptCall, keptCalls } from './kept-calls.ts';

/** What an agent is made of. */
export interface AgentOptions<Chunk> {
  /** What it is called in traces and metrics. */
  readonly name: string;
  /** Answers a conversation: `llm(...)` with an adapter, a retry, a fallback or a router around some, or a function. */
  readonly model: PrimitiveLike<Conversation, LlmReply, Chunk>;
  /** What the model may have done: steps made by `tool`, also with other primitives around them. */
  readonly tools: readonly AnyStep[];
  /** Told to the model before everything else, as a system message. @defaultValue nothing */
  readonly instructions?: string;
  /** How often the model is asked in one run. @defaultValue 10 */
  readonly maxSteps?: number;
  /** How many of the calls of one reply run at a time. @defaultValue all */
  readonly concurrency?: number;
}

/** What an agent is asked: a text, or what has been said so far. */
export type AgentInput = string | readonly AgentMessage[];

/** What came of it. */
export interface AgentOutput {
  /** The last reply of the model. */
  readonly text: string;
  /** All that was said, from the input to that reply, without the instructions: the beginning of the next turn. */
  readonly messages: readonly AgentMessage[];
  /** How often the model was asked. */
  readonly steps: number;
  /** What its model used in all replies. The agents and models inside tools are not part of it. */
  readonly usage: AgentUsage;
  /** Why the last reply ended, in the provider's words: `length` where it was cut. */
  readonly finishReason?: string;
}

/** What the stream has between the texts of two replies. */
const betweenTexts = '\n\n';

class Agent<Chunk> extends InstrumentedPrimitive<AgentInput, AgentOutput, Chunk> {
  readonly #model: PrimitiveLike<Conversation, LlmReply, Chunk>;
  readonly #tools: ReadonlyMap<string, AnyStep>;
  readonly #definitions: readonly ToolDefinition[];
  readonly #instructions: readonly AgentMessage[];
  readonly #maxSteps: number;
  readonly #concurrency: number;

  constructor(options: AgentOptions<Chunk>, definitions: readonly ToolDefinition[]) {
    const { name, model, tools, instructions, maxSteps = 10 } = options;
    super({
      type: 'agent',
      action: 'invoke_agent',
      name,
      attributes: { [genAiNames.operationName]: 'invoke_agent', [genAiNames.agentName]: name },
      children: [
        { edge: 'model', step: model },
        ...definitions.map((tool, at) => ({
          edge: `tool_${tool.name}` as const,
          step: tools[at] as AnyStep,
        })),
      ],
    });
    this.#model = model;
    this.#tools = new Map(definitions.map((definition, at) => [definition.name, tools[at] as AnyStep]));
    // Every model in every run is given this one list.
    this.#definitions = Object.freeze(definitions);
    this.#instructions = instructions === undefined ? [] : [{ role: 'system', text: instructions }];
    this.#maxSteps = maxSteps;
    this.#concurrency = options.concurrency ?? Number.POSITIVE_INFINITY;
  }

  protected async run(input: AgentInput, scope: RunScope<Chunk>): Promise<AgentOutput> {
    const messages = this.#begin(input);
    const caller = { agentName: this.name, tools: this.#tools, concurrency: this.#concurrency, scope };
    const replies: LlmReply[] = [];
    let steps = 0;
    /** What this part of the run asks for: what came before it waited for a decision has been told. */
    const told = { model: 0, tools: 0 };
    try {
      while (steps < this.#maxSteps) {
        const conversation = { messages: [...this.#instructions, ...messages], tools: this.#definitions };
        const index = steps++;
        const isNew = journalOf(scope)?.progressOf('model') !== 'ended';
        if (isNew) told.model++;
        const reply = await scope.step('model', this.#model, conversation, {
          index,
          streamed: true,
          ...(index > 0 && scope.hasEmitted && { separator: betweenTexts }),
        });
        const said = this.#kept(reply, messages);
        const { text, toolCalls } = said;
        replies.push(reply);
        messages.push(said);
        if (toolCalls.length === 0) {
          const { finishReason } = reply;
          const usage = sumOfUsage(replies);
          return { text, messages, steps, usage, ...(finishReason !== undefined && { finishReason }) };
        }
        if (isNew) told.tools += toolCalls.length;
        messages.push(...(await callTools(toolCalls, caller, isNew)));
      }
    } finally {
      scope.record({ type: 'calls', ...told });
    }
    throw new AgentStepsError(this.name, this.#maxSteps, messages);
  }

  #begin(input: AgentInput): AgentMessage[] {
    if (typeof input === 'string') return [{ role: 'user', text: input }];
    // JavaScript may give anything.
    if (!Array.isArray(input)) throw this.#refused('it is neither');
    const messages = [...(input as readonly AgentMessage[])];
    const wrong = messages.findIndex(
      (message) => typeof (message as Partial<AgentMessage> | null)?.text !== 'string',
    );
    if (wrong !== -1) throw this.#refused(`message ${wrong} has no text`);
    return messages;
  }

  #refused(why: string): ObsError {
    return new ObsError(
      `agent "${this.name}" takes a text or a list of messages such as { role: 'user', text: 'Hello' }: ${why}`,
      { code: 'OBS_ERR_AGENT_INPUT', category: 'validation' },
    );
  }

  /** A function may answer with anything, and what a provider answers may be none of what was expected. */
  #kept(
    reply: LlmReply,
    history: readonly AgentMessage[],
  ): AssistantMessage & { readonly toolCalls: readonly KeptCall[] } {
    const { text, toolCalls }: Partial<LlmReply> = reply ?? {};
    if (typeof text === 'string' && Array.isArray(toolCalls)) {
      const kept = keptCalls(toolCalls, history);
      if (kept) return { role: 'assistant', text: wholeCharacters(text), toolCalls: kept };
    }
    throw new ObsError(
      `agent "${this.name}": what its model answered is no reply; it has to be { text, toolCalls: [{ name, arguments }], usage }`,
      { code: 'OBS_ERR_AGENT_REPLY', category: 'validation' },
    );
  }
}

/**
 * Asks a model, has the tools run that it wants called, beside each other, tells it what came of them, and so on until it
 * answers without wanting any. A tool that fails is no failure of the agent: the model is told. What the model streams,
 * the agent streams, with a blank line between the texts of two replies.
 *
 * OpenTelemetry GenAI conventions, "Invoke agent internal span". Tokens and cost stand on the spans of the model.
 *
 * @throws {@link AgentStepsError} when there is no answer after `maxSteps`; what the model throws, untouched; what a tool
 * throws that is suspended, or was refused, wrongly decided about or left undecided by a person; the reason of the signal
 * when the run is cancelled.
 * @throws `OBS_ERR_AGENT_INPUT` for an input that is neither a text nor a list of messages with texts, `OBS_ERR_AGENT_REPLY` for a model that
 * answers with no reply.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without a name, for a model that is no step, for tools that are none or have the
 * same name, for `instructions` that are no text, and for a `maxSteps` or `concurrency` that is no positive integer; at
 * construction.
 */
export function agent<Chunk = never>(
  options: AgentOptions<Chunk>,
): InstrumentedPrimitive<AgentInput, AgentOutput, Chunk> {
  requireOptions(options, 'agent', "{ name: 'guide', model, tools: [search] }");
  const { name, model, tools, instructions, maxSteps, concurrency } = options;
  if (typeof name !== 'string' || name === '')
    throw new InvalidCompositionError('agent: it has no name; give it one, such as "guide"');
  const where = `agent "${name}"`;
  requireStep(model, `${where}: the model`);
  if (!Array.isArray(tools))
    throw new InvalidCompositionError(`${where}: tools have to be a list; [] for none`);
  if (instructions !== undefined) requireText(instructions, `${where}: instructions`);
  if (maxSteps !== undefined) requirePositiveInteger(maxSteps, `${where}: maxSteps`);
  if (concurrency !== undefined) requirePositiveInteger(concurrency, `${where}: concurrency`);
  return new Agent(options, definitionsOf(tools, where));
}

function definitionsOf(tools: readonly AnyStep[], where: string): ToolDefinition[] {
  const names = new Set<string>();
  return tools.map((step, index) => {
    const definition = toolDefinitionOf(step, `${where}: tool ${index}`);
    if (names.has(definition.name)) {
      throw new InvalidCompositionError(
        `${where}: two tools are called "${definition.name}"; a name is for one tool`,
      );
    }
    names.add(definition.name);
    return definition;
  });
}

import type { AiMessage, AiPart, AiTranscript } from '../ai-span.ts';
import type { AttributeJson } from '../trace.ts';

/** A turn sends what was said before along; it is looked for in so many turns, as several may go on side by side. */
const REMEMBERED_TURNS = 8;

/** What of a turn has not been told by a turn before it. */
export interface NewMessages {
  /** `false` when the same instructions stand above. */
  readonly hasNewInstructions: boolean;
  /** Messages of the input that were told before. */
  readonly earlierCount: number;
  readonly input: readonly AiMessage[];
  readonly output: readonly AiMessage[];
}

interface ToldTurn {
  readonly keys: readonly string[];
  /** The same, to be looked up without a walk over a long history. */
  readonly distinct: ReadonlySet<string>;
}

/** What has been told in one conversation, and in those of its tools. */
export class ToldMessages {
  /** Of the newest turns, their messages in order, the newest first. */
  readonly #turns: ToldTurn[] = [];
  /** All messages of all turns, and of the conversations within this one. */
  readonly #ever = new Set<string>();
  readonly #toolResults = new Set<string>();
  readonly #toolCalls = new Set<string>();
  #instructions: string | undefined;
  #isInstructed = false;

  /** Whether a turn of this conversation has said what its instructions are. */
  get isInstructed(): boolean {
    return this.#isInstructed;
  }

  /**
   * Takes a turn of the conversation.
   *
   * @param isContainer - It holds others together: what these have said it may say again.
   */
  turn({ systemInstructions, input, output }: AiTranscript, isContainer = false): NewMessages {
    const keys = input.map(messageKey);
    const isKnown = this.#known(keys);
    const instructions = JSON.stringify(systemInstructions);
    const hasNewInstructions = systemInstructions.length > 0 && instructions !== this.#instructions;
    if (systemInstructions.length > 0) this.#instructions = instructions;
    this.#isInstructed ||= systemInstructions.length > 0 || input.some(({ role }) => role === 'system');
    const told = input.map((message, at) => isKnown[at]! || this.#isResultOfTold(message));
    const answers = isContainer ? output.filter((message) => !this.#isTold(message)) : output;
    const all = [...keys, ...output.map(messageKey)];
    for (const key of all) this.#ever.add(key);
    this.#turns.unshift({ keys: all, distinct: new Set(all) });
    this.#turns.length = Math.min(this.#turns.length, REMEMBERED_TURNS);
    for (const { parts } of [...input, ...output]) {
      for (const part of parts)
        if (part.type === 'tool_call') this.#toolCalls.add(callKey(part.name, part.arguments));
    }
    return {
      hasNewInstructions,
      earlierCount: told.filter((each) => each).length,
      input: input.filter((unused, at) => !told[at]),
      output: answers,
    };
  }

  /** Takes what a tool was called with and what it returned. @returns whether the model's call of it has been told. */
  tool(name: string, { arguments: given, result }: Pick<AiTranscript, 'arguments' | 'result'>): boolean {
    if (result !== null) this.#toolResults.add(JSON.stringify(result));
    return this.#toolCalls.has(callKey(name, given));
  }

  /** Those of the messages that no turn of this conversation has said, nor of those within it. */
  neverTold(messages: readonly AiMessage[]): readonly AiMessage[] {
    return messages.filter((message) => !this.#ever.has(messageKey(message)));
  }

  /** Takes a conversation that went on within this one. */
  enclose(within: ToldMessages): void {
    for (const key of within.#ever) this.#ever.add(key);
  }

  /** Which messages stand, in this order, in the turn that has the most of them. */
  #known(keys: readonly string[]): readonly boolean[] {
    let best: readonly boolean[] = keys.map(() => false);
    let most = 0;
    for (const turn of this.#turns) {
      let position = 0;
      const known = keys.map((key) => {
        const at = turn.distinct.has(key) ? turn.keys.indexOf(key, position) : -1;
        if (at !== -1) position = at + 1;
        return at !== -1;
      });
      const count = known.filter((each) => each).length;
      if (count > most) [best, most] = [known, count];
    }
    return best;
  }

  #isTold(message: AiMessage): boolean {
    const key = messageKey(message);
    return this.#turns.some(({ distinct }) => distinct.has(key));
  }

  /** What a tool returned stands beside the call of the tool. */
  #isResultOfTold({ parts }: AiMessage): boolean {
    return (
      parts.length > 0 &&
      parts.every(
        (part) => part.type === 'tool_response' && this.#toolResults.has(JSON.stringify(part.response)),
      )
    );
  }
}

/** Reasoning is seldom sent along, and ids are made anew by some. */
function messageKey({ role, parts }: AiMessage): string {
  return JSON.stringify([role, ...parts.filter(({ type }) => type !== 'reasoning').map(partKey)]);
}

function partKey(part: AiPart): AttributeJson {
  switch (part.type) {
    case 'text':
      return ['text', part.text.trim()];
    case 'tool_call':
      return ['call', part.name, part.arguments];
    case 'tool_response':
      return ['response', part.response];
    default:
      return part;
  }
}

function callKey(name: string, given: AttributeJson): string {
  return JSON.stringify([name, given]);
}

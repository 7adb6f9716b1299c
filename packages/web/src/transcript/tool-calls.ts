import type { AiPart, AttributeJson, ExecutionStatus } from '@tta/obs-protocol';
import { parsedText } from './parsed-text.ts';

/** How a tool did that a model called. */
export interface ToolExecution {
  readonly span: number;
  readonly spanId: string;
  readonly status: ExecutionStatus;
  readonly message: string | null;
  readonly durationMs: number;
}

/** A model's call of a tool with what became of it, as far as that is known. */
export interface ToolUse {
  readonly id: string | null;
  readonly name: string;
  readonly given: AttributeJson;
  /** `undefined`: not told. */
  readonly result: AttributeJson | undefined;
  readonly execution: ToolExecution | undefined;
}

/** A span of a tool. */
export interface ExecutedTool extends ToolExecution {
  readonly id: string | null;
  readonly name: string;
  readonly given: AttributeJson;
  /** `null`: not told. */
  readonly result: AttributeJson;
}

type Call = { -readonly [Key in keyof ToolUse]: ToolUse[Key] };

/** The calls of one agent. */
interface Calls {
  /** The latest of each id: some sources number the calls of each turn anew. */
  readonly byId: Map<string, Call>;
  /** By id, name and arguments. */
  readonly exact: Map<string, Call>;
  /** By name and arguments, the earliest first; without those whose span was found. */
  readonly open: Map<string, Call[]>;
}

/** Puts together what is told apart: the call of a tool by a model, the span of the tool, and the message with its result. */
export class ToolCalls {
  readonly #agents = new Map<number, Calls>();

  /** A model calls a tool. What is returned is completed by what comes later. */
  call(agent: number, part: Extract<AiPart, { readonly type: 'tool_call' }>): ToolUse {
    const { byId, exact, open } = this.#callsOf(agent);
    const { id, name, arguments: given } = part;
    const key = openKey(name, given);
    const latest = id === null ? undefined : byId.get(id);
    const isLatest = latest?.name === name && (latest.given === null || given === null);
    const known = id === null ? undefined : (exact.get(exactKey(id, key)) ?? (isLatest ? latest : undefined));
    if (known !== undefined) return known;
    const use: Call = { id, name, given, result: undefined, execution: undefined };
    if (id !== null) {
      byId.set(id, use);
      exact.set(exactKey(id, key), use);
    }
    const alike = open.get(key);
    if (alike === undefined) open.set(key, [use]);
    else alike.push(use);
    return use;
  }

  /** A tool did its work. @returns whether a model's call of it stands above. */
  execute(agent: number, { id, name, given, result, ...execution }: ExecutedTool): boolean {
    const { byId, exact, open } = this.#callsOf(agent);
    const key = openKey(name, given);
    const alike = open.get(key) ?? [];
    while (alike[0]?.execution !== undefined) alike.shift();
    const named = id === null ? undefined : (exact.get(exactKey(id, key)) ?? byId.get(id));
    const use = named ?? alike[0];
    // One that is tried again has a span of its own for each time.
    if (use === undefined || use.execution !== undefined) return false;
    use.execution = execution;
    if (result !== null) use.result = result;
    return true;
  }

  /** A message says what a tool returned. @returns whether it stands beside the call. */
  respond(agent: number, { id, response }: Extract<AiPart, { readonly type: 'tool_response' }>): boolean {
    const use = id === null ? undefined : this.#callsOf(agent).byId.get(id);
    if (use === undefined) return false;
    use.result ??= response;
    return true;
  }

  #callsOf(agent: number): Calls {
    const calls = this.#agents.get(agent) ?? { byId: new Map(), exact: new Map(), open: new Map() };
    this.#agents.set(agent, calls);
    return calls;
  }
}

function openKey(name: string, given: AttributeJson): string {
  return JSON.stringify([name, parsedText(given)]);
}

function exactKey(id: string, key: string): string {
  return JSON.stringify([id, key]);
}

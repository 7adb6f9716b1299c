import { CancelledError, genAiNames, isObsError } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';
import { FanOut } from '../internal/fan-out.ts';
import { beginning } from '../internal/whole-characters.ts';
import type { AnyStep } from '../step-types.ts';
import type { ToolMessage } from './conversation.ts';
import { copied, type KeptCall } from './kept-calls.ts';
import { answerOf, failureOf } from './tool-answer.ts';

/** Calls of one reply that are made: a model may ask for any number. */
const mostCalls = 128;
/** Characters of the id of a call that telemetry has. */
const longestId = 64;

/** Who calls tools, and which there are. */
export interface Caller {
  readonly agentName: string;
  readonly tools: ReadonlyMap<string, AnyStep>;
  /** How many run at a time. */
  readonly concurrency: number;
  readonly scope: RunScope;
}

interface KnownCall {
  readonly call: KeptCall;
  readonly position: number;
  readonly tool: AnyStep;
}

/**
 * Makes the calls of a reply beside each other.
 *
 * @param isNew - Whether the reply was given now, and not before the run waited for a decision.
 * @returns One answer to each call, in their order. A tool that fails, is unknown or is one too many is answered as well:
 * the model is told what was wrong.
 * @throws What is no answer to a model, at once: a person refused a tool, decided something that cannot be carried out, or
 * nothing in time. What a tool throws that is suspended: when the others have come to their end. The
 * reason of the signal when the run is cancelled.
 */
export async function callTools(
  calls: readonly KeptCall[],
  caller: Caller,
  isNew: boolean,
): Promise<ToolMessage[]> {
  const { agentName, scope } = caller;
  const answers: ToolMessage[] = [];
  const known = knownCalls(calls, caller, answers, isNew);
  const fanOut = new FanOut(scope, known.values(), caller.concurrency, {
    begin: ({ call, tool, position }, _index, signal) =>
      scope.step(`tool_${call.name}`, tool, copied(call.arguments) as never, {
        signal,
        index: position,
        total: calls.length,
        attributes: {
          [genAiNames.agentName]: agentName,
          [genAiNames.toolCallId]: beginning(call.id, longestId),
        },
      }),
    succeeded: (index, output) => {
      const { call, position } = known[index] as KnownCall;
      answers[position] = answerOf(call, output);
    },
    failed: (index, error) => {
      const { call, position } = known[index] as KnownCall;
      if (!isFinal(error)) answers[position] = failureOf(call, error);
      else fanOut.fail(error, new CancelledError(`tool "${call.name}" of ${agentName} ended the run`, error));
    },
  });
  await fanOut.run();
  return answers;
}

/** What a person decided or has to put right, or the program: no model could. */
const finalCodes: ReadonlySet<string> = new Set([
  'OBS_ERR_APPROVAL_REFUSED',
  'OBS_ERR_APPROVAL_EXPIRED',
  'OBS_ERR_INVALID_DECISION',
  'OBS_ERR_NOT_RESUMABLE',
]);

/** Whether an error is no answer to a model. */
function isFinal(error: unknown): boolean {
  return isObsError(error) && finalCodes.has(error.code);
}

/** The calls that can be made; what comes of the others is clear at once. */
function knownCalls(
  calls: readonly KeptCall[],
  { tools, scope }: Caller,
  answers: ToolMessage[],
  isNew: boolean,
): KnownCall[] {
  const known: KnownCall[] = [];
  for (const [position, call] of calls.entries()) {
    const tool = tools.get(call.name);
    if (position >= mostCalls) {
      answers[position] = failureOf(call, `too many calls at once; at most ${mostCalls} are made`);
    } else if (tool) {
      known.push({ call, position, tool });
    } else {
      const there = tools.size > 0 ? `there are: ${[...tools.keys()].join(', ')}` : 'there are none';
      answers[position] = failureOf(call, `there is no tool "${call.name}"; ${there}`);
      if (!isNew) continue;
      scope.event('agent.unknown_tool', {
        [genAiNames.toolName]: call.name,
        [genAiNames.toolCallId]: beginning(call.id, longestId),
      });
    }
  }
  if (isNew && calls.length > mostCalls) scope.event('agent.too_many_calls', { calls: calls.length });
  return known;
}

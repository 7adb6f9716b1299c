import { ObsError } from '@tta/obs-context';
import type { AgentMessage } from './conversation.ts';

/** An agent asked its model as often as it may, and the model wanted tools called each time. */
export class AgentStepsError extends ObsError {
  readonly maxSteps: number;
  /** All that was said, the answers of the last tools included: an agent that is given them goes on from there. */
  readonly messages: readonly AgentMessage[];

  constructor(name: string, maxSteps: number, messages: readonly AgentMessage[]) {
    const count = maxSteps === 1 ? '1 step' : `${maxSteps} steps`;
    super(`agent "${name}" has no answer after ${count}: its model wants further tools called`, {
      code: 'OBS_ERR_AGENT_STEPS',
      category: 'resource',
      severity: 'high',
      // Trying again would cost as much again.
      recoverable: false,
    });
    this.maxSteps = maxSteps;
    this.messages = messages;
  }
}

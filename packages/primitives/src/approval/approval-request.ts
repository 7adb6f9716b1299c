/** Somebody has to decide whether, and with what, a step is to run. */
export interface ApprovalRequest {
  /** Tells it from all others, those of other runs as well. One that is escalated gets a new one. */
  readonly id: string;
  /** Of the approval. */
  readonly name: string;
  /** What is to be decided, for people. */
  readonly message: string;
  /** What the step would be given. */
  readonly input: unknown;
  /** Until when it can be decided, in milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
  /** How often it was escalated. */
  readonly level: number;
  /** For whom it is, where the one who escalated it said so. */
  readonly for?: string;
}

import { type ErrorCategory, ObsError } from '@tta/obs-context';

/** What providers say when a later attempt may succeed. */
const passing: Readonly<Record<string, ErrorCategory>> = {
  408: 'timeout',
  429: 'rate_limit',
  500: 'transient',
  502: 'transient',
  503: 'transient',
  504: 'timeout',
  529: 'transient',
  rate_limit_exceeded: 'rate_limit',
  rate_limit_error: 'rate_limit',
  server_error: 'transient',
  api_error: 'transient',
  overloaded_error: 'transient',
  timeout_error: 'timeout',
  incomplete_stream: 'transient',
};

/** The response came and says that the model failed. */
export class LlmFailedError extends ObsError {
  /** What the provider calls it: `server_error`, `overloaded_error`, `429`, …; `incomplete_stream` where it was cut short. */
  readonly reason: string | undefined;

  /** @param cause - What the response says of the error, as it came. */
  constructor(reason: string | undefined, message: string | undefined, cause: unknown) {
    const category = reason !== undefined && Object.hasOwn(passing, reason) ? passing[reason] : undefined;
    super(
      `the model failed: ${[reason, message].filter(Boolean).join(': ') || 'its response does not say why'}`,
      {
        code: 'OBS_ERR_LLM_FAILED',
        category: category ?? 'permanent',
        recoverable: category !== undefined,
        cause,
      },
    );
    this.reason = reason;
  }

  /** Of a stream that ended without what each one ends with. */
  static ofIncompleteStream(): LlmFailedError {
    return new LlmFailedError('incomplete_stream', 'its stream ended before the answer did', undefined);
  }
}

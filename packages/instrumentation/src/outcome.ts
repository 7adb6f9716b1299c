import type { ErrorInfo } from './error-info.ts';

/** The result of `tryExecute`, which never rejects. */
export type Outcome<O> =
  | { readonly ok: true; readonly value: O; readonly traceId: string | undefined }
  | {
      readonly ok: false;
      /** What was thrown, untouched. */
      readonly error: unknown;
      readonly info: ErrorInfo;
      readonly traceId: string | undefined;
    };

export type ServiceErrorCode =
  | 'OBS_ERR_INVALID_OPTION'
  | 'OBS_ERR_HOST_UNKNOWN'
  | 'OBS_ERR_TOKEN'
  | 'OBS_ERR_PORT_TAKEN'
  | 'OBS_ERR_PORT_NOT_ALLOWED'
  | 'OBS_ERR_DATA_DIRECTORY'
  | 'OBS_ERR_NOT_A_DATABASE'
  | 'OBS_ERR_DATABASE_IN_USE'
  | 'OBS_ERR_DATABASE_TOO_NEW'
  | 'OBS_ERR_MIGRATION'
  | 'OBS_ERR_BACKUP';

/** The service cannot start. The message is one line for the user: what happened, where, what to do. */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ServiceError';
    this.code = code;
  }
}

/** True for a {@link ServiceError}, also one thrown by another installed copy of the package. */
export function isServiceError(value: unknown): value is ServiceError {
  return value instanceof Error && value.name === 'ServiceError' && 'code' in value;
}

import { ServiceError, type ServiceErrorCode } from '../service-error.ts';
import { InvalidCursorError } from '../storage/list-cursor.ts';
import { DamagedDatabaseError, isDamage, sqliteCodeOf } from '../storage/sqlite-errors.ts';
import type { ErrorJson } from './storage-messages.ts';

const DAMAGED = 'DamagedDatabaseError';

export function errorToJson(error: unknown): ErrorJson {
  if (!isErrorLike(error)) return { name: 'Error', message: String(error) };
  const { message } = error;
  const name = isDamage(error) ? DAMAGED : error.name;
  const code = (error as { readonly code?: unknown }).code;
  const errcode = sqliteCodeOf(error);
  return { name, message, ...(typeof code === 'string' && { code }), ...(errcode !== 0 && { errcode }) };
}

/** The error as the thread that asked knows it: callers tell these classes apart. */
export function errorFromJson({ name, message, code, errcode }: ErrorJson): Error {
  if (name === 'InvalidCursorError') return new InvalidCursorError();
  if (name === DAMAGED) return new DamagedDatabaseError(message);
  if (name === 'ServiceError') return new ServiceError(code as ServiceErrorCode, message);
  return Object.assign(new Error(message), {
    name,
    ...(code !== undefined && { code }),
    ...(errcode !== undefined && { errcode }),
  });
}

/** The driver's errors may be of another realm than ours. */
function isErrorLike(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error && 'name' in error;
}

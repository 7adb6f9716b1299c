/**
 * Local time of day to the minute, `14:05`, and the day before it where that is not clear: `11-21 14:05`.
 *
 * @param isWithDay - Whether moments of several days stand side by side.
 */
export function clockTime(timeMs: number, isWithDay = false): string {
  const date = new Date(timeMs);
  if (Number.isNaN(date.getTime())) return 'unknown time';
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return isWithDay ? `${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}` : time;
}

/** The same with seconds: `14:05:09`. */
export function clockTimeToTheSecond(timeMs: number): string {
  return `${clockTime(timeMs)}:${two(new Date(timeMs).getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

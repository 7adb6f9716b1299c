const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];

/** A size for a person: `512 B`, `1.5 MiB`, `12 GiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  // What would be rounded up to 1024 belongs to the next unit.
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = value < 9.95 && !Number.isInteger(value) ? value.toFixed(1) : value.toFixed(0);
  return `${digits.replace(/\.0$/, '')} ${UNITS[unit]}`;
}

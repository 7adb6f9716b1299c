/** A number with its noun: `1 time`, `2 times`, `0 times`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

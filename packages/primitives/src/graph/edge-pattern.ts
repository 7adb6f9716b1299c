const counted = { attempt: 'attempt_{n}', iteration: 'iteration_{i}', item: 'item_{i}' } as const;

/** How the composition calls the edge of a run: one number stands for all where the run decides how many there are. */
export function patternOf(edge: string): string {
  const [, kind] = /^(attempt|iteration|item)_\d+$/.exec(edge) ?? [];
  return kind === undefined ? edge : counted[kind as keyof typeof counted];
}

/** Says that the sender had to leave something out. */
export function Dropped({
  count,
  one,
  many,
}: {
  readonly count: number;
  readonly one: string;
  readonly many: string;
}) {
  if (count === 0) return null;
  return (
    <p class="dropped">
      {count.toLocaleString('en')} more {count === 1 ? one : many} did not come: the program left{' '}
      {count === 1 ? 'it' : 'them'} out.
    </p>
  );
}

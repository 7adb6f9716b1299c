import type { Surroundings } from '../surroundings.ts';

/** Flags as they stand on the command line, without dashes: a `string` takes a value, a `boolean` none. */
export type FlagTypes = Readonly<Record<string, 'string' | 'boolean'>>;

/** The flags that were given, by their names in camelCase. Values are still text. */
export type FlagValues<Types extends FlagTypes> = {
  readonly [Name in keyof Types & string as CamelCase<Name>]?: {
    readonly string: string;
    readonly boolean: true;
  }[Types[Name]];
};

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** What the user wrote behind the name of a command. */
export interface CommandWords<Types extends FlagTypes = FlagTypes> {
  readonly flags: FlagValues<Types>;
  /** As many as {@link Command.positionals} allows. */
  readonly positionals: readonly string[];
  /** A program and its arguments: all that stands behind `--`; empty without. */
  readonly program: readonly string[];
}

/** A command of `tta-obs`: all that the parser, the help and the dispatch know of it. */
export interface Command<Types extends FlagTypes = FlagTypes> {
  readonly name: string;
  /** What follows the name in a usage line, without flags that are of little use. */
  readonly usage: string;
  /** Its line in the general help; `null` where the line of another command tells it. */
  readonly summary: string | null;
  /** The answer to `--help`. */
  readonly help: string;
  /** Beside `--help`, which all have. */
  readonly flags: Types;
  /** How many words it takes beside flags; none by default. */
  readonly positionals?: { readonly least: number; readonly most: number };
  /** It takes a program behind `--`. */
  readonly program?: { readonly isOptional: boolean; readonly example: string };
  /**
   * Loads what the command needs and runs it: help and version answer at once.
   *
   * @returns the exit code.
   * @throws CommandError with one line for the user.
   */
  run(words: CommandWords<Types>, surroundings: Surroundings): Promise<number>;
}

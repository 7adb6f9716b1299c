/** What a parameter may be, as JSON Schema says it. */
export type ParameterSchema =
  | {
      readonly type: 'integer';
      readonly minimum: number;
      readonly maximum: number;
      readonly default?: number;
    }
  | TextSchema
  /** Given as often as there are items. */
  | { readonly type: 'array'; readonly items: TextSchema; readonly maxItems: number };

interface TextSchema {
  readonly type: 'string';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: string;
}

export interface Parameter {
  readonly name: string;
  /** Markdown. */
  readonly description: string;
  readonly schema: ParameterSchema;
  readonly isRequired?: true;
}

/** One thing that can be asked of the REST interface. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Its parts that vary stand in braces. */
  readonly path: `/${string}`;
  /** What generated clients call it. */
  readonly id: string;
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  /** Markdown: what the answer's type does not tell. */
  readonly description?: string;
  /** What may stand behind `?`. Anything else is refused. */
  readonly query: readonly Parameter[];
  /** By status, the type of `@tta/obs-protocol` that is answered; `null`: it has no type there. */
  readonly answers: Readonly<Record<number, string | null>>;
  /** Statuses of errors beside those that every operation may have, and what they mean here. */
  readonly problems?: Readonly<Record<number, string>>;
  /** JSON Schema of the body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

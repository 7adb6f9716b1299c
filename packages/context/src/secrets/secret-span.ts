/** Where a secret stands in a text, and what it is: `email`, `github-token`. */
export interface SecretSpan {
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  readonly kind: string;
}

/** Takes what a search finds. A search looks at each character a bounded number of times. */
export type Found = (start: number, end: number, kind: string) => void;

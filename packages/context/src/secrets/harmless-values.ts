/** Words that stand where a secret would, and say more than its name. */
const word =
  /^(?:true|false|yes|no|on|off|ok|null|undefined|none|nil|missing|required|optional|invalid|expired|malformed|empty|valid|enabled|disabled|denied|allowed|include|omit|same-origin|string|number|boolean|any|unknown|never|object|token|await|async|function|typeof|new|return|the|an?|is|are|was|not|has|must|may|please|enter|from|for|at|of|in|on|to|or|and|if|when|this|that|each|every|all|its?|your|our|they|we|you|should|can|will|be|es|ist|nicht|bitte|eingeben|\*+|x{3,}|•+|\.{1,3}|SIG[A-Z]{2,8}|<\/s>)$/i;
/** A variable, a template or a place to fill in: `$DB_PASSWORD`, `${password}`, `{{ .Values.password }}`, `<your password>`. */
const placeholder = /(?:\$\{[\w.]{1,64}\}|\$[A-Z_]{1,64}|\{\{[ \w.$-]{0,64}\}\}|<[a-zA-Z_ -]{1,64}>)(?!\w)/y;
/** The working directory has the name of a password in the environment; one of more than one part, as no password has. */
const workingDirectory = /^(?:OLD)?PWD$/;
const path = /^(?:~|[A-Z]:)?(?:[\\/][\w.@-]{0,64}){2,}$/i;
/** Numbers that are counts and versions, by what they are called; of a password or a card code none is. */
const counts: ReadonlyMap<string, RegExp> = new Map([
  ['token', /^\d{1,4}$/],
  ['secret', /^\d{1,4}$/],
  ['cookie', /^\d{1,4}$/],
  ['api-key', /^\d{1,4}$/],
  ['key', /^\d{1,4}$/],
  ['credentials', /^\d{1,4}$/],
  ['one-time-code', /^(?:\d{1,3}|\d{1,3}(?:\.\d{1,3}){1,3})$/],
]);

/** Whether what stands in the place of a secret is none. */
export function isHarmlessValue(
  text: string,
  start: number,
  end: number,
  name: string,
  kind: string,
): boolean {
  placeholder.lastIndex = start;
  if (placeholder.test(text) && /^[,;.)\]}]{0,4}$/.test(text.slice(placeholder.lastIndex, end))) return true;
  const value = text.slice(start, Math.min(end, start + 256));
  return (
    word.test(value) ||
    // `PWD=/x;` is of a connection string.
    (workingDirectory.test(name) && path.test(value) && text[end] !== ';') ||
    (counts.get(kind)?.test(value) ?? false)
  );
}

export { findFormedSecrets } from './secrets/formed-secrets.ts';
export { mergedSpans } from './secrets/merged-spans.ts';
export { findNamedSecrets } from './secrets/named-secrets.ts';
export { mayHoldSecret } from './secrets/secret-bytes.ts';
export { type SecretKeyRule, secretKeyRule } from './secrets/secret-key.ts';
export type { Found, SecretSpan } from './secrets/secret-span.ts';
export { type TextTraits, textTraits } from './secrets/text-traits.ts';
export { visibleText } from './secrets/visible-text.ts';

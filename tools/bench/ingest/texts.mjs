/** A pseudo-random sequence from 0 to 1, the same for the same seed (mulberry32). */
export function sequence(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FEW_WORDS = 'the quick brown fox jumps over lazy dog model answer token prompt retry error value'.split(
  ' ',
);
const REALISTIC_WORDS = 50_000;
const CONSONANTS = 'bcdfghklmnprstvz';
const VOWELS = 'aeiou';

/** Words of two, four or six letters that can be spoken; those that occur often are short. */
function spokenWord(rank) {
  let word = '';
  for (let rest = rank + 20; rest > 0; rest = Math.floor(rest / 80)) {
    word += CONSONANTS[rest % 16] + VOWELS[Math.floor(rest / 16) % 5];
  }
  return word;
}

const realisticWords = Array.from({ length: REALISTIC_WORDS }, (_, rank) => spokenWord(rank));

/** What the texts are made of: 15 words as often as each other, or 50,000 after Zipf's law (the n-th has 1/n). */
export const vocabularies = {
  small: (random) => FEW_WORDS[Math.floor(random() * FEW_WORDS.length)],
  realistic: (random) => realisticWords[Math.floor(REALISTIC_WORDS ** random()) - 1],
};

/** Words up to a length in bytes, exactly. */
export function textOf(word, random, bytes) {
  let text = '';
  while (text.length < bytes) text += `${word(random)} `;
  return text.slice(0, Math.max(0, bytes));
}

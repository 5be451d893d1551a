// Reading age by the Flesch-Kincaid grade (Kincaid and others, 1975, for the US Navy):
// 0.39 × words per sentence + 11.8 × syllables per word − 15.59 is a school year; its pupils are
// five years older than its number.

export interface Reading {
  sentences: number;
  words: number;
  syllables: number;
}

export function readingAge({ sentences, words, syllables }: Reading): number {
  return 0.39 * (words / sentences) + 11.8 * (syllables / words) - 15.59 + 5;
}

/** Sentences end with a stop, a question mark or the text: a heading is a sentence too. */
export function count(texts: readonly string[]): Reading {
  const all = { sentences: 0, words: 0, syllables: 0 };
  for (const text of texts) {
    for (const sentence of text.split(/[.!?:]+(?=\s|$)|\n+/)) {
      const words = sentence.match(/[A-Za-z][A-Za-z'’-]*|\d[\d,]*/g) ?? [];
      if (words.length > 0) {
        all.sentences += 1;
        all.words += words.length;
        all.syllables += words.reduce((sum, word) => sum + syllablesOf(word), 0);
      }
    }
  }
  return all;
}

/** Groups of vowels that are spoken: without a silent e at the end, at least one. */
export function syllablesOf(word: string): number {
  if (/^\d/.test(word)) {
    return word.length;
  }
  const plain = word.toLowerCase().replace(/[^a-z]/g, "");
  const spoken = plain
    .replace(/(?:[^laeiouy]es|[^td]ed|[^laeiouy]e)$/, (end) => end.charAt(0))
    .replace(/^y/, "");
  return Math.max(1, (spoken.match(/[aeiouy]{1,2}/g) ?? []).length);
}

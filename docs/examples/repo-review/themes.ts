import type { AddedLine, CommitsWithLines } from './added-lines.ts';
import { isGenerated } from './generated-files.ts';
import type { Commit, FileChange } from './history.ts';
import { findSecretsInLine } from './secrets.ts';
import { countWords } from './words.ts';

/** What one area of the repository was about. */
export interface Theme {
  /** A folder, or `(top level)`. */
  readonly area: string;
  readonly commits: number;
  readonly addedLines: number;
  readonly deletedLines: number;
  /** The words that set this area apart from the others, the most telling first. */
  readonly terms: readonly string[];
  /** The commit that is most like the area as a whole. */
  readonly typical: { readonly commit: string; readonly subject: string };
}

const MESSAGE_WEIGHT = 4;
const LINES_PER_COMMIT = 400;
const MAX_THEMES = 6;
const MAX_TERMS = 5;
const MAX_DEPTH = 3;
/** From this share of all commits on, an area says too little. */
const LARGE_SHARE = 0.35;
const TOP = '(top level)';

/**
 * The themes of a history by TF-IDF: each commit belongs to the folder it changed most, its words are those of its
 * message and of the lines it added, and a word weighs the more the fewer commits use it.
 */
export function findThemes(history: CommitsWithLines): readonly Theme[] {
  const documents = history.commits
    .filter((commit) => commit.files.some((file) => !isGenerated(file.path)))
    .map((commit) => ({ commit, words: wordsOf(commit, history.addedLines.get(commit.sha) ?? []) }));
  const usedIn = new Map<string, number>();
  for (const { words } of documents)
    for (const word of words.keys()) usedIn.set(word, (usedIn.get(word) ?? 0) + 1);
  const vectors = documents.map(({ commit, words }) => ({
    commit,
    vector: weigh(words, usedIn, documents.length),
  }));

  const largeFolders = findLargeFolders(documents.map(({ commit }) => commit));
  const areas = groupByArea(vectors, largeFolders);
  const themes = Array.from(areas, ([area, members]) => themeOf(area, members));
  themes.sort((a, b) => b.commits - a.commits || b.addedLines - a.addedLines || (a.area < b.area ? -1 : 1));
  return themes.slice(0, MAX_THEMES);
}

type Vector = ReadonlyMap<string, number>;
interface WeighedCommit {
  readonly commit: Commit;
  readonly vector: Vector;
}

function groupByArea(
  vectors: readonly WeighedCommit[],
  largeFolders: ReadonlySet<string>,
): Map<string, WeighedCommit[]> {
  const groups = new Map<string, WeighedCommit[]>();
  for (const member of vectors) {
    const area = areaOf(member.commit, largeFolders);
    const group = groups.get(area);
    if (group === undefined) groups.set(area, [member]);
    else group.push(member);
  }
  return groups;
}

function wordsOf(commit: Commit, lines: readonly AddedLine[]): Map<string, number> {
  const words = new Map<string, number>();
  const subject = commit.subject.replace(/^[a-z]+(?:\([^)]*\))?!?:\s*/, '');
  const prose = commit.body.replace(/^[\w-]+: .*$|https?:\/\/\S+|\b[0-9a-f]{7,64}\b/gm, ' ');
  countWords(subject, MESSAGE_WEIGHT, words);
  countWords(prose, MESSAGE_WEIGHT / 2, words);
  let taken = 0;
  for (const { path, text } of lines) {
    if (taken >= LINES_PER_COMMIT) break;
    if (isGenerated(path) || text.length > 400 || findSecretsInLine(text, path).length > 0) continue;
    countWords(text, 1, words);
    taken += 1;
  }
  return words;
}

/** TF-IDF with a logarithmic term frequency, of length one. */
function weigh(
  words: ReadonlyMap<string, number>,
  usedIn: ReadonlyMap<string, number>,
  documents: number,
): Vector {
  const weights = new Map<string, number>();
  let square = 0;
  for (const [word, count] of words) {
    const weight = (1 + Math.log(count)) * Math.log((1 + documents) / (usedIn.get(word) ?? 1));
    weights.set(word, weight);
    square += weight * weight;
  }
  const length = Math.sqrt(square) || 1;
  for (const [word, weight] of weights) weights.set(word, weight / length);
  return weights;
}

function themeOf(area: string, members: readonly WeighedCommit[]): Theme {
  const centre = new Map<string, number>();
  const usedBy = new Map<string, number>();
  for (const { vector } of members) {
    for (const [word, weight] of vector) {
      centre.set(word, (centre.get(word) ?? 0) + weight);
      usedBy.set(word, (usedBy.get(word) ?? 0) + 1);
    }
  }
  // One commit with an odd vocabulary must not speak for an area of many.
  const needed = members.length >= 4 ? 2 : 1;
  const areaWords = countWords(area, 1, new Map<string, number>());
  const terms = Array.from(centre)
    .filter(([word]) => (usedBy.get(word) ?? 0) >= needed && !areaWords.has(word))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MAX_TERMS)
    .map(([word]) => word);
  // Of commits that are equally like the area, the one that did more stands for it better.
  const likeness = ({ commit, vector }: WeighedCommit): number =>
    Array.from(vector).reduce((sum, [word, weight]) => sum + weight * (centre.get(word) ?? 0), 0) *
    Math.log(
      2 + commit.files.reduce((sum, file) => sum + (isGenerated(file.path) ? 0 : changedLines(file)), 0),
    );
  const typical = members.reduce((a, b) => (likeness(b) > likeness(a) ? b : a)).commit;
  const files = members.flatMap(({ commit }) => commit.files).filter((file) => !isGenerated(file.path));
  return {
    area,
    commits: members.length,
    addedLines: files.reduce((sum, file) => sum + file.addedLines, 0),
    deletedLines: files.reduce((sum, file) => sum + file.deletedLines, 0),
    terms,
    typical: { commit: typical.shortSha, subject: typical.subject },
  };
}

/** Areas are top-level folders; one that holds much of the work is split into the folders below it (`packages/*`). */
function findLargeFolders(commits: readonly Commit[]): ReadonlySet<string> {
  const large = new Set<string>();
  for (let depth = 1; depth <= MAX_DEPTH; depth += 1) {
    const sizes = new Map<string, number>();
    for (const commit of commits) {
      const area = areaOf(commit, large);
      sizes.set(area, (sizes.get(area) ?? 0) + 1);
    }
    for (const [area, size] of sizes)
      if (area !== TOP && size > commits.length * LARGE_SHARE) large.add(area);
  }
  return large;
}

/** The folder in which a commit changed most. */
function areaOf(commit: Commit, largeFolders: ReadonlySet<string>): string {
  const lines = new Map<string, number>();
  for (const file of commit.files) {
    if (isGenerated(file.path)) continue;
    const area = folderOf(file.path, largeFolders);
    lines.set(area, (lines.get(area) ?? 0) + changedLines(file) + 1);
  }
  return Array.from(lines).reduce((a, b) => (b[1] > a[1] ? b : a), [TOP, 0])[0];
}

function folderOf(path: string, largeFolders: ReadonlySet<string>): string {
  const folders = path.split('/').slice(0, -1);
  let depth = 1;
  while (depth < folders.length && largeFolders.has(folders.slice(0, depth).join('/'))) depth += 1;
  return folders.slice(0, depth).join('/') || TOP;
}

function changedLines(file: FileChange): number {
  return file.addedLines + file.deletedLines;
}

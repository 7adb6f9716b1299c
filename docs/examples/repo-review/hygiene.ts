import { type Finding, showMessageCommand } from './finding.ts';
import type { Commit, CommitList } from './history.ts';

const CONVENTIONAL = /^(?:build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(?:\([^)]+\))?!?: \S/;
const UNFINISHED = /^(?:wip\b|tmp\b|temp\b|fixup!|squash!|amend!|do not merge\b)/i;
const MERGE_NOISE = /^Merge (?:remote-tracking )?branch '[^']+'(?: of \S+)?(?: into \S+)?$/;
const LONGEST_SUBJECT = 72;
const SHORTEST_SUBJECT = 8;
/** From this share of Conventional Commits on, the others stand out. */
const MOSTLY = 0.7;
const ENOUGH_COMMITS = 8;

/** Whether the subject follows Conventional Commits. */
export function isConventional(subject: string): boolean {
  return CONVENTIONAL.test(subject);
}

/** Subjects that tell a later reader too little, newest commit first. */
export function checkHygiene(history: CommitList): readonly Finding[] {
  const written = history.commits.filter((commit) => commit.parents.length < 2 && !isRevert(commit));
  const conventional = written.filter((commit) => isConventional(commit.subject)).length;
  const expectsConvention = written.length >= ENOUGH_COMMITS && conventional / written.length >= MOSTLY;
  return history.commits.flatMap((commit) =>
    faultsOf(commit, expectsConvention).map((kind): Finding => ({
      kind,
      severity: 'low',
      commit: commit.shortSha,
      reason: commit.subject,
      evidence: showMessageCommand(history.repository, commit),
    })),
  );
}

function faultsOf(commit: Commit, expectsConvention: boolean): readonly string[] {
  const { subject } = commit;
  if (commit.parents.length > 1) return MERGE_NOISE.test(subject) ? ['merge without a reason'] : [];
  if (subject === '') return ['empty subject'];
  if (UNFINISHED.test(subject)) return ['unfinished (WIP, fixup)'];
  if (isRevert(commit)) return [];
  const length = Array.from(subject).length;
  return [
    ...(length < SHORTEST_SUBJECT || !/\s/.test(subject) ? ['subject says too little'] : []),
    ...(length > LONGEST_SUBJECT ? [`subject longer than ${LONGEST_SUBJECT}`] : []),
    ...(/[^.]\.$/.test(subject) ? ['subject ends in a period'] : []),
    ...(expectsConvention && !isConventional(subject) ? ['not a Conventional Commit'] : []),
  ];
}

function isRevert(commit: Commit): boolean {
  return /^Re(?:vert|apply) "/.test(commit.subject);
}

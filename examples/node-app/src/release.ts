import { parseCommit, type Commit } from "./commit.js";
import type { LogRecord } from "./log.js";
import { renderNotes } from "./notes.js";
import { compareVersions, formatVersion, nextVersion, parseVersion } from "./version.js";

export interface Release {
  readonly version: string;
  /** False if nothing in the commits asks for a new version. */
  readonly changed: boolean;
  /** Commits that do not follow the convention and so appear nowhere. */
  readonly ignored: readonly string[];
  readonly notes: string;
}

/** @throws {RangeError} if the current version is not of the form 1.2.3. */
export function makeRelease(current: string, records: readonly LogRecord[]): Release {
  const from = parseVersion(current);
  if (from === null) {
    throw new RangeError(`"${current}" is not a version like 1.2.3`);
  }
  const commits: Commit[] = [];
  const ignored: string[] = [];
  for (const { id, message } of records) {
    const commit = parseCommit(id, message);
    if (commit === null) {
      ignored.push(id);
    } else {
      commits.push(commit);
    }
  }
  const to = nextVersion(from, commits);
  return { version: formatVersion(to), changed: compareVersions(from, to) !== 0, ignored, notes: renderNotes(to, commits) };
}

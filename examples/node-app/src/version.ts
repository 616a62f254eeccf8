import type { Commit } from "./commit.js";

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

export type Bump = "major" | "minor" | "patch" | "none";

const pattern = /^v?(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;

/** Accepts 1.2.3 and v1.2.3; pre-releases are refused because "the next one" is not defined for them. */
export function parseVersion(text: string): Version | null {
  const match = pattern.exec(text.trim());
  return match === null ? null : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}

export function formatVersion(version: Version): string {
  return `${version.major}.${version.minor}.${version.patch}`;
}

/** Negative if a is older than b. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

export function requiredBump(commits: Iterable<Commit>): Bump {
  let bump: Bump = "none";
  for (const commit of commits) {
    if (commit.breaking !== null) {
      return "major";
    }
    if (commit.type === "feat") {
      bump = "minor";
    } else if ((commit.type === "fix" || commit.type === "perf") && bump === "none") {
      bump = "patch";
    }
  }
  return bump;
}

/** Before 1.0.0 anything may change (semver 4): a breaking change raises the minor number only. */
export function nextVersion(current: Version, commits: Iterable<Commit>): Version {
  const { major, minor, patch } = current;
  switch (requiredBump(commits)) {
    case "major":
      return major === 0 ? { major, minor: minor + 1, patch: 0 } : { major: major + 1, minor: 0, patch: 0 };
    case "minor":
      return { major, minor: minor + 1, patch: 0 };
    case "patch":
      return { major, minor, patch: patch + 1 };
    case "none":
      return current;
  }
}

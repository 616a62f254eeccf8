/** One change, as its author described it (Conventional Commits 1.0). */
export interface Commit {
  readonly id: string;
  /** Lower case: feat, fix, docs, … */
  readonly type: string;
  readonly scope: string | null;
  readonly description: string;
  /** What breaks, in the author's words; null if nothing does. */
  readonly breaking: string | null;
}

const header = /^(?<type>[a-z]+)(?:\((?<scope>[^()\r\n]+)\))?(?<bang>!)?: +(?<description>\S.*)$/i;
const breakingFooter = /^BREAKING[ -]CHANGE: +/;
const anyFooter = /^(?:[A-Za-z][A-Za-z-]*|BREAKING CHANGE)(?:: | #)/;

/** Returns null for a message that does not follow the convention: merges, for example. */
export function parseCommit(id: string, message: string): Commit | null {
  const lines = message.replaceAll("\r\n", "\n").trim().split("\n");
  const groups = header.exec(lines[0] ?? "")?.groups;
  if (groups?.["type"] === undefined || groups["description"] === undefined) {
    return null;
  }
  const description = groups["description"].trim();
  const footer = findBreakingFooter(lines.slice(1));
  return {
    id,
    type: groups["type"].toLowerCase(),
    scope: groups["scope"]?.trim() ?? null,
    description,
    breaking: footer ?? (groups["bang"] === undefined ? null : description),
  };
}

/** A footer may go on over several lines, up to the next footer or an empty line. */
function findBreakingFooter(lines: readonly string[]): string | null {
  const start = lines.findIndex((line) => breakingFooter.test(line));
  if (start < 0) {
    return null;
  }
  const text = [(lines[start] ?? "").replace(breakingFooter, "")];
  for (const line of lines.slice(start + 1)) {
    if (line.trim() === "" || anyFooter.test(line)) {
      break;
    }
    text.push(line.trim());
  }
  return text.join(" ").trim();
}

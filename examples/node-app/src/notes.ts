import type { Commit } from "./commit.js";
import { formatVersion, type Version } from "./version.js";

const sections = [
  { title: "Features", types: ["feat"] },
  { title: "Fixes", types: ["fix"] },
  { title: "Performance", types: ["perf"] },
  { title: "Documentation", types: ["docs"] },
] as const;

/** Markdown, newest first as given. Types without a section (chore, ci, test, …) are left out unless they break something. */
export function renderNotes(version: Version, commits: readonly Commit[]): string {
  const parts = [`## ${formatVersion(version)}`];
  const breaking = commits.filter((commit) => commit.breaking !== null);
  if (breaking.length > 0) {
    parts.push("### Breaking changes", breaking.map((commit) => line(commit, commit.breaking ?? "")).join("\n"));
  }
  for (const section of sections) {
    const members = commits.filter((commit) => section.types.some((type) => type === commit.type));
    if (members.length > 0) {
      parts.push(`### ${section.title}`, members.map((commit) => line(commit, commit.description)).join("\n"));
    }
  }
  if (parts.length === 1) {
    parts.push("No changes for users.");
  }
  return parts.join("\n\n") + "\n";
}

function line(commit: Commit, text: string): string {
  const scope = commit.scope === null ? "" : `**${escapeMarkdown(commit.scope)}:** `;
  const id = commit.id === "" ? "" : ` (${escapeMarkdown(commit.id.slice(0, 7))})`;
  return `- ${scope}${escapeMarkdown(text)}${id}`;
}

/** Commit messages come from anyone: they may not add links, images or HTML to the notes. Code in back quotes is kept as it is. */
export function escapeMarkdown(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[\\`*_[\]<>!#|]/g, "\\$&")))
    .join("");
}

#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { logFormat, parseLog } from "./log.js";
import { makeRelease, type Release } from "./release.js";
import { formatVersion, parseVersion } from "./version.js";

function version(text: string): string {
  const parsed = parseVersion(text);
  if (parsed === null) {
    throw new InvalidArgumentError("Not a version like 1.2.3.");
  }
  return formatVersion(parsed);
}

function release(file: string, options: { current: string }): Release {
  // 0 is standard input: what `git log | relnote notes` gives.
  return makeRelease(options.current, parseLog(readFileSync(file === "-" ? 0 : file, "utf8")));
}

const program = new Command("relnote")
  .description("Release notes and the next version number from conventional commits.")
  .addHelpText("after", `\nThe log is read from a file or standard input:\n  git log --format=${logFormat} v1.4.0.. | relnote notes --current 1.4.0`);

program
  .command("notes")
  .description("print the notes as Markdown")
  .requiredOption("--current <version>", "the version already released", version)
  .argument("[file]", "log file, - for standard input", "-")
  .action((file: string, options: { current: string }) => {
    process.stdout.write(release(file, options).notes);
  });

program
  .command("next")
  .description("print the next version; exit code 2 if there is nothing to release")
  .requiredOption("--current <version>", "the version already released", version)
  .argument("[file]", "log file, - for standard input", "-")
  .action((file: string, options: { current: string }) => {
    const result = release(file, options);
    process.stdout.write(result.version + "\n");
    process.exitCode = result.changed ? 0 : 2;
  });

try {
  program.parse();
} catch (error) {
  console.error(`relnote: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

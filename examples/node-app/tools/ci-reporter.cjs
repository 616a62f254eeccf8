// Mocha's usual output, and beside it what a workflow can use: a table for the summary and the counts as step outputs.
const { appendFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending, duration } = this.stats;
      append("GITHUB_OUTPUT", `passed=${passes}\nfailed=${failures}\n`);
      append("GITHUB_STEP_SUMMARY", [
        "| passed | failed | pending | time |",
        "|---:|---:|---:|---:|",
        `| ${passes} | ${failures} | ${pending} | ${(duration / 1000).toFixed(1)} s |`,
        "",
      ].join("\n"));
    });
  }
};

function append(variable, text) {
  const file = process.env[variable];
  if (file) {
    appendFileSync(file, text);
  }
}

/** What `git log --format=%H%x1f%B%x1e` prints: records end with 0x1e, fields are separated by 0x1f. */
export interface LogRecord {
  readonly id: string;
  readonly message: string;
}

export const logFormat = "%H%x1f%B%x1e";

/** @throws {SyntaxError} if a record is not in that format; says which. */
export function parseLog(text: string): LogRecord[] {
  return text
    .split("\x1e")
    .map((record) => record.trim())
    .filter((record) => record !== "")
    .map((record, index) => {
      const separator = record.indexOf("\x1f");
      const id = record.slice(0, Math.max(separator, 0)).trim();
      if (!/^[0-9a-f]{7,64}$/.test(id)) {
        throw new SyntaxError(`Record ${index + 1} has no commit id. Use: git log --format=${logFormat}`);
      }
      return { id, message: record.slice(separator + 1).trim() };
    });
}

/** Lets others have a turn: SQLite answers at once, so a long row of steps would hold up everything else in the process. */
export async function breathe(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

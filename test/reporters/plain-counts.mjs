/** Ends every run with one plain line, `N passed, N failed, N skipped`, for machines; a suite that could not even start counts as failed. */
export class PlainCounts {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = results;
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    process.stdout.write(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped\n`);
  }
}

// Jest loads a reporter by its default export.
export default PlainCounts;

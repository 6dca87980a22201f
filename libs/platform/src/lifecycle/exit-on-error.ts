import { DomainError } from '#libs/kernel';

/** Runs the start of a process; an error that we named is told in its own words, without a stack, and ends the process. */
export async function exitOnError(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    const isNamed = error instanceof DomainError;
    process.stderr.write(
      isNamed ? `${error.code}: ${error.message}\n` : `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  }
}

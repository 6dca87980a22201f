/**
 * A named place where a test may kill the process for real (`CASTELLAN_CRASH_AT=name`), so that recovery is tested where it is hardest.
 * Does nothing otherwise.
 */
export function crashPoint(name: string): void {
  if (armed === name) process.kill(process.pid, 'SIGKILL');
}

let armed: string | undefined;

/** Arms one crash point; called once at start with the environment's wish. */
export function armCrashPoint(name: string | undefined): void {
  armed = name;
}

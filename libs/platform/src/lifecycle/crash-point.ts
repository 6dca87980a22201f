/**
 * A named place where a test may kill the process for real (`CASTELLAN_CRASH_AT=name`, or `name#5` for the fifth passing), so that recovery is tested
 * where it is hardest. Does nothing otherwise.
 */
export function crashPoint(name: string): void {
  if (armed?.name !== name) return;
  armed.passings -= 1;
  if (armed.passings === 0) process.kill(process.pid, 'SIGKILL');
}

let armed: { readonly name: string; passings: number } | undefined;

/** Arms one crash point; called once at start with the environment's wish. */
export function armCrashPoint(wish: string | undefined): void {
  const [name, passings] = wish?.split('#') ?? [];
  armed = name ? { name, passings: Number(passings ?? 1) } : undefined;
}

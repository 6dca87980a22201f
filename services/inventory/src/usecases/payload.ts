import { DomainError } from '#libs/kernel';
import { toProblem, type Problem } from '#libs/platform';

/** A mutation's answer: what it made, or nothing and the problems that its caller is expected to handle. */
export async function payload<P extends object>(
  nothing: P,
  work: () => Promise<P>,
): Promise<P & { readonly problems: readonly Problem[] }> {
  try {
    return { ...(await work()), problems: [] };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ...nothing, problems: [toProblem(error)] };
  }
}

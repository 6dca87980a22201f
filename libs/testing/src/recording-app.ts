import type { AppAnswer, AppClient, AppRequest, Classified, Facts, HttpRules, Settings } from '#libs/providers';
import { AppFailure } from '#libs/providers/clients';

/** One recorded answer: its body, and whatever of the rest matters. */
export interface Recorded {
  readonly body?: unknown;
  /** Default 200. */
  readonly status?: number;
  readonly headers?: AppAnswer['headers'];
  /** Answers only requests whose path and query hold this text, such as an id or `after=c2`. */
  readonly when?: string;
  /** The call ends with this failure instead. */
  readonly fails?: Classified;
}

export interface ReplayOptions {
  readonly settings?: Settings;
  readonly facts?: Facts;
  readonly now?: Date;
  /** The provider's rules, to classify recorded errors as the engine would. */
  readonly http?: Pick<HttpRules, 'classify'>;
}

export interface ReplayingApp extends AppClient {
  /** All requests so far, in order. */
  readonly requests: readonly AppRequest[];
}

/** No answer was recorded for a request, or all of them are used up. */
export class NothingRecorded extends Error {
  constructor(request: AppRequest) {
    super(`Nothing (more) recorded for ${request.operation}, path ${request.path}`);
    this.name = 'NothingRecorded';
  }
}

/** An app client that answers from recorded pages, by operation and in order; the last answer of an operation is not repeated. For tests of reads and mappings. */
export function replayingApp(answers: Readonly<Record<string, Recorded | readonly Recorded[]>>, options: ReplayOptions = {}): ReplayingApp {
  const { settings = {}, facts, now = new Date('2026-11-20T15:30:00Z'), http } = options;
  const left = new Map(Object.entries(answers).map(([operation, recorded]) => [operation, [recorded].flat() as Recorded[]]));
  const requests: AppRequest[] = [];
  const call = async (request: AppRequest): Promise<AppAnswer> => {
    requests.push(request);
    const answer = answerOf(request, taken(left.get(request.operation), request));
    const classified = http?.classify?.(answer);
    if (classified && classified !== 'ok' && !request.accept?.includes(answer.status))
      throw new AppFailure(classified, request.operation, answer.status);
    if (answer.status < 400 || classified === 'ok' || request.accept?.includes(answer.status)) return answer;
    throw new Error(
      `${request.operation} was recorded with status ${answer.status}: say with "fails" which failure that is, or give the provider's "http".`,
    );
  };
  return {
    settings,
    facts,
    now: () => now,
    requests,
    call,
    // One after the other: recorded answers come in the order of the requests.
    each: async (items, work) => {
      const done: Awaited<ReturnType<typeof work>>[] = [];
      for (const item of items) done.push(await work(item));
      return done;
    },
  };
}

function taken(left: Recorded[] | undefined, request: AppRequest): Recorded {
  const query = Object.entries(request.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  const asked = `${request.path}?${new URLSearchParams(query).toString()}`;
  const index = left?.findIndex(({ when }) => when === undefined || asked.includes(when)) ?? -1;
  if (!left || index < 0) throw new NothingRecorded(request);
  const [recorded] = left.splice(index, 1);
  if (recorded!.fails) throw new AppFailure(recorded!.fails, request.operation, recorded!.status);
  return recorded!;
}

function answerOf(request: AppRequest, { body, status = 200, headers = {} }: Recorded): AppAnswer {
  return { status, headers, body, request };
}

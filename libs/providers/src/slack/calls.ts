import type { AppAnswer, AppClient, AppRequest, WireRecord } from '../sdk/index.js';
import { AppFailure, at, requiredList, requiredRecord, text, walk } from '../sdk/index.js';

import { familyOf, type OperationName } from './operations.js';

type Query = NonNullable<AppRequest['query']>;

/** A request of one of our operations; braces in its path are filled from `params`. */
export function requestOf(operation: OperationName, query: Query = {}, params: Readonly<Record<string, string>> = {}): AppRequest {
  const template = operation.slice(operation.indexOf(' ') + 1);
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  return { operation, path, query, ...(familyOf(operation) !== 'web' && { at: 'api' }) };
}

/** Asks a method of the Web API that only reads. */
export function ask(app: AppClient, operation: OperationName, query: Query = {}): Promise<AppAnswer> {
  return app.call(requestOf(operation, query));
}

/** Calls a method of the Web API that takes a form. */
export function send(app: AppClient, operation: OperationName, form: Readonly<Record<string, string>>): Promise<AppAnswer> {
  return app.call({ ...requestOf(operation), method: 'POST', form });
}

/** Slack forgets a cursor after some minutes. Then the list is read anew; what comes twice has the same ids. */
const MOST_RESTARTS = 3;

/** The rows of a list that goes on with `response_metadata.next_cursor`; an empty cursor is the end, an empty page is not. */
export async function* rowsOf<T>(
  app: AppClient,
  request: AppRequest,
  list: string,
  read: (row: WireRecord, operation: string) => T,
): AsyncGenerator<T[]> {
  for (let restarts = 0; ; restarts++) {
    try {
      for await (const answer of walk(app, request, (page) => nextPage(request, page))) {
        yield rows(answer, list).map((row) => read(row, request.operation));
      }
      return;
    } catch (failure) {
      if (!isCursorForgotten(failure) || restarts >= MOST_RESTARTS) throw failure;
    }
  }
}

/** The rows of one answer; fails as malformed when there is no such list. */
export function rows({ body, request }: AppAnswer, list: string): WireRecord[] {
  const { operation } = request;
  return requiredList(at(body, list), operation, `the list "${list}"`).map((row) =>
    requiredRecord(row, operation, `an entry of "${list}"`),
  );
}

/** The cursor of the next page, or null at the end. */
export function nextCursor({ body }: Pick<AppAnswer, 'body'>): string | null {
  return text(at(body, 'response_metadata', 'next_cursor'));
}

export function isCursorForgotten(failure: unknown): boolean {
  return failure instanceof AppFailure && failure.classified.appCode === 'invalid_cursor';
}

function nextPage(request: AppRequest, page: AppAnswer): AppRequest | undefined {
  const cursor = nextCursor(page);
  return cursor === null ? undefined : { ...request, query: { ...request.query, cursor } };
}

/** All rows of a short list. */
export async function everyRow<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

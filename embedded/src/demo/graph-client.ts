/** Asks the graph as any client does: over HTTP, with a token. */
export class GraphClient {
  constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  /** The data; an error of the graph is thrown in its own words. */
  async ask<T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data?: T; errors?: { message: string }[] };
    if (errors?.length || data === undefined || data === null)
      throw new Error(errors?.map((error) => error.message).join('; ') ?? `the graph answered ${answer.status}`);
    return data;
  }
}

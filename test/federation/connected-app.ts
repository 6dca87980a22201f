import type { StreamName } from '#libs/contracts';
import type { Provider } from '#libs/providers';
import type { RunningSandbox } from '#libs/providers/clients';

import type { Installation } from './installation.js';

/** Longer than any reading of a small company takes on a busy machine; an app that asks to wait 30 s does so several times in a row. */
const PATIENCE_S = 150;

/** A stream of a connector, as the graph shows it. */
export interface StreamShown {
  readonly name: StreamName;
  readonly feed: string;
  readonly status: string;
  readonly itemsRead: number;
  readonly lastSuccessAt: string | null;
  readonly problem: { readonly code: string; readonly message: string; readonly remedy: string } | null;
}

/** One app of the catalogue, connected to its sandbox, and what a test asks of it through the graph. */
export class ConnectedApp {
  private constructor(
    readonly castellan: Installation,
    readonly provider: Provider,
    readonly connectorId: string,
  ) {}

  /** Connects the app and waits for nothing. `name` tells two connectors of one app apart. */
  static async connect(castellan: Installation, provider: Provider, name: string): Promise<ConnectedApp> {
    const app = provider.manifest.key;
    const { settings, secrets } = castellan.sandboxes[app]!.credentials;
    const { data, errors } = await castellan.ask(CONNECT, { input: { app, name: `${app} ${name}`, settings, secrets } });
    const id: unknown = data?.connectApp?.connector?.id;
    if (typeof id !== 'string') throw new Error(`${app} could not be connected: ${JSON.stringify({ data, errors })}`);
    return new ConnectedApp(castellan, provider, id);
  }

  get sandbox(): RunningSandbox {
    return this.castellan.sandboxes[this.provider.manifest.key]!;
  }

  /** Asks with `$id` as the connector's; any error of the graph fails the test. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads what it asked for
  async read(query: string, variables: Record<string, unknown> = {}): Promise<any> {
    const { data, errors } = await this.castellan.ask(query, { id: this.connectorId, ...variables });
    expect(errors).toBeUndefined();
    return data;
  }

  /** Asks until it is so. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads what it asked for
  until(query: string, variables: Record<string, unknown>, isSo: (data: any) => boolean): Promise<any> {
    return this.castellan.until(query, { id: this.connectorId, ...variables }, isSo, PATIENCE_S);
  }

  async streams(): Promise<readonly StreamShown[]> {
    return (await this.read(STREAMS)).connector.streams;
  }

  async untilStreams(areSo: (streams: readonly StreamShown[]) => boolean): Promise<readonly StreamShown[]> {
    return (await this.until(STREAMS, {}, ({ connector }) => areSo(connector.streams))).connector.streams;
  }

  /** Waits until every stream has been read to its end. */
  async upToDate(): Promise<void> {
    await this.untilStreams((streams) => streams.every(({ status }) => status === 'UP_TO_DATE'));
  }

  /** Has the app read again and waits until that has ended well. */
  async sync(...names: readonly StreamName[]): Promise<void> {
    const before = await this.untilStreams((streams) => streams.every(({ status }) => status !== 'RUNNING'));
    await this.read('mutation ($id: ID!, $names: [StreamName!]) { syncConnector(id: $id, streams: $names) { problems { code } } }', {
      names,
    });
    const stale = new Map(before.map((stream) => [`${stream.name} ${stream.feed}`, stream.lastSuccessAt]));
    await this.untilStreams((streams) =>
      streams
        .filter(({ name }) => names.includes(name))
        .every((stream) => stream.status === 'UP_TO_DATE' && stream.lastSuccessAt !== stale.get(`${stream.name} ${stream.feed}`)),
    );
  }

  /** The app's own id of every activity that we keep, sorted; one that were kept twice would be in it twice. */
  async activityIds(): Promise<string[]> {
    const ids: string[] = [];
    for (let after: string | null = null; ;) {
      const { activities } = await this.read(
        `query ($id: String!, $after: String) { activities(filter: { connector: { eq: $id } }, first: 1000, after: $after) {
          nodes { externalId } pageInfo { hasNextPage endCursor }
        } }`,
        { after },
      );
      ids.push(...activities.nodes.map((activity: { externalId: string }) => activity.externalId));
      if (!activities.pageInfo.hasNextPage) return ids.sort();
      after = activities.pageInfo.endCursor;
    }
  }

  /** The app's own id of every account that is not deleted, sorted. */
  async accountIds(): Promise<string[]> {
    const { accounts } = await this.read(
      'query ($id: String!) { accounts(filter: { connector: { eq: $id }, status: { notIn: [DELETED] } }, first: 1000) { nodes { externalId } } }',
    );
    return accounts.nodes.map((account: { externalId: string }) => account.externalId).sort();
  }
}

const CONNECT =
  'mutation ($input: ConnectAppInput!) { connectApp(input: $input) { connector { id } problems { code message path remedy } } }';

const STREAMS =
  'query ($id: ID!) { connector(id: $id) { status problem { code message } streams { name feed status itemsRead lastSuccessAt problem { code message remedy } } } }';

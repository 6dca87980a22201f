/** Deletes what a connector left, in small steps. */
export abstract class ConnectorEraser {
  /** One step; true while there is more. */
  abstract step(tenant: string, connectorId: string): Promise<boolean>;
}

/** A device as its user agent describes it. */
export interface Device {
  /** For people: `Chrome 141 on Windows 10`. */
  readonly text: string;
  /** The same for all versions of one browser on one system. */
  readonly key: string;
}

/** Reads user agents. Null: it says nothing of a device. */
export abstract class DeviceReader {
  abstract read(userAgent: string): Device | null;
}

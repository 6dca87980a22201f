import type { Json } from '#libs/kernel';

/** What was entered and is not secret, checked against the setup fields. Lists are string arrays. */
export type Settings = Readonly<Record<string, string | readonly string[] | undefined>>;
/** What was entered and is secret. Seen by {@link Auth} only. */
export type Secrets = Readonly<Record<string, string | undefined>>;
/** What discovery found. JSON, since it is stored. */
export type Facts = Json;

/**
 * A made-up company of any size, and what its people did: the one story that all sandboxes tell, each in its app's own words.
 * Deterministic: the same options give the same people, at every start and in every sandbox.
 */
export interface Company {
  readonly name: string;
  readonly domain: string;
  readonly people: readonly Employee[];
  /** Sign-ins and acts in time order, oldest first, as generators so that a year costs no memory. */
  readonly events: (from: Date, to: Date) => Iterable<CompanyEvent>;
  /** The takeover in it, for the demo to check itself against. */
  readonly takeover: Takeover;
}

export interface Employee {
  readonly number: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly department: 'Engineering' | 'Sales' | 'Legal' | 'Finance' | 'People' | 'IT' | 'Support';
  readonly title: string;
  readonly office: Place;
  readonly home: Place;
  readonly device: Device;
  /** ADMIN: runs the apps. LEAVER: left last week. DORMANT: has not signed in for months. */
  readonly traits: readonly ('ADMIN' | 'LEAVER' | 'DORMANT' | 'TRAVELLER' | 'NEW' | 'NO_SECOND_FACTOR')[];
}

/** A place as an app's log shows it. Addresses are drawn from ranges that public databases put in that country. */
export interface Place {
  readonly ip: string;
  readonly country: string;
  readonly countryName: string;
  readonly region: string;
  readonly city: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly asn: number;
  readonly organization: string;
}

export interface Device {
  readonly os: string;
  readonly browser: string;
  readonly userAgent: string;
}

export type CompanyAct =
  | 'SIGN_IN'
  | 'SIGN_IN_FAILED'
  | 'SIGN_OUT'
  | 'OPEN_APP'
  | 'MFA_PASSED'
  | 'PASSWORD_CHANGED'
  | 'SEND_DOCUMENT'
  | 'SIGN_DOCUMENT'
  | 'DOWNLOAD_DOCUMENT'
  | 'DELETE_DOCUMENT'
  | 'ADD_USER'
  | 'GROUP_CHANGE'
  | 'ROLE_GRANT'
  | 'POLICY_CHANGE'
  | 'TOKEN_CREATE'
  | 'MFA_RESET'
  | 'UNKNOWN_NEW_EVENT';

export interface CompanyEvent {
  readonly id: string;
  readonly at: Date;
  readonly act: CompanyAct;
  readonly who: Employee;
  readonly place: Place;
  readonly device: Device;
  /** Whom or what it was done to. */
  readonly to?: Employee;
  readonly about?: string;
  /** Part of the takeover. */
  readonly isAttack: boolean;
}

export interface Takeover {
  readonly victim: Employee;
  readonly startsAt: Date;
  readonly from: Place;
}

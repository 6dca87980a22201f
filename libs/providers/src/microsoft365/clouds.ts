import type { Settings } from '../sdk/index.js';

/** The hosts of one of Microsoft's clouds. */
export interface Cloud {
  readonly graph: string;
  readonly login: string;
  readonly manage: string;
}

/** Each national cloud has hosts of its own; tokens of one are worth nothing in another. */
export const CLOUDS: Readonly<Record<string, Cloud>> = {
  worldwide: { graph: 'https://graph.microsoft.com', login: 'https://login.microsoftonline.com', manage: 'https://manage.office.com' },
  gcc: { graph: 'https://graph.microsoft.com', login: 'https://login.microsoftonline.com', manage: 'https://manage-gcc.office.com' },
  'gcc-high': { graph: 'https://graph.microsoft.us', login: 'https://login.microsoftonline.us', manage: 'https://manage.office365.us' },
  dod: { graph: 'https://dod-graph.microsoft.us', login: 'https://login.microsoftonline.us', manage: 'https://manage.protection.apps.mil' },
  china: {
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    login: 'https://login.chinacloudapi.cn',
    manage: 'https://manage.office365.cn',
  },
};

/** The cloud that a connector is set to; the worldwide one unless told. */
export function cloudOf(settings: Settings): Cloud {
  return CLOUDS[String(settings['cloud'] ?? 'worldwide')] ?? CLOUDS['worldwide']!;
}

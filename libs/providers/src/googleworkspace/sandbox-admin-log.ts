import type { Context } from './sandbox-answers.js';
import { activity, eventOf } from './sandbox-events.js';
import { qualifierOf } from './sandbox-ids.js';

/** What a write leaves in the admin log, done by the administrator that the service account acts as. */
export function logged(context: Context, type: string, name: string, parameters: Readonly<Record<string, unknown>>): void {
  const { state, now } = context;
  const admin = state.users.people[0]!;
  const at = now.getTime();
  const qualifier = qualifierOf(`written ${state.serial++} ${at}`);
  const wire = activity({
    application: 'admin',
    at,
    qualifier,
    customerId: state.customerId,
    actor: {
      callerType: 'USER',
      email: admin.email,
      profileId: admin.id,
      applicationInfo: { oauthClientId: '108000000000000000042', impersonation: true },
    },
    events: [eventOf(type, name, parameters)],
  });
  state.log.add([{ application: 'admin', at, shownAt: at, names: [name], tell: () => wire }]);
}

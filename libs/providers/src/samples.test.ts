import { providers } from './catalogue.js';
import { sampleReaders } from './samples.js';

describe('the readers of samples', () => {
  it('are there for each provider of the catalogue, under its key', () => {
    expect(Object.keys(sampleReaders).sort()).toEqual(providers.map(({ manifest }) => manifest.key).sort());
  });

  it.each(Object.entries(sampleReaders))('%s takes nothing for an event that is none', (_app, read) => {
    for (const raw of [undefined, null, 'text', 7, [], {}, { hello: 'world' }]) expect(read(raw)).toBeUndefined();
  });

  it('map an event of Okta as the connector does, and give the time 0 to one that tells none', () => {
    const event = {
      uuid: 'u1',
      eventType: 'user.session.start',
      actor: { id: 'ada', type: 'User' },
      published: '2026-01-02T03:04:05.678Z',
    };
    expect(sampleReaders['okta']?.(event)).toMatchObject({ externalId: 'u1', occurredAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678) });
    expect(sampleReaders['okta']?.({ eventtype: 'user.session.start' })).toMatchObject({ eventType: 'user.session.start', occurredAt: 0 });
  });

  it('map an event of Docusign Monitor, and refuse what Connect sends', () => {
    const event = { eventId: 'e1', object: 'User', action: 'LoggedIn', userId: 'ada', timestamp: '2026-01-02T03:04:05.6789012Z' };
    expect(sampleReaders['docusign']?.(event)).toMatchObject({
      externalId: 'e1',
      eventType: 'User.LoggedIn',
      actor: { externalId: 'ada' },
    });
    expect(sampleReaders['docusign']?.({ event: 'recipient-signed', data: { userId: 'ada' } })).toBeUndefined();
  });
});

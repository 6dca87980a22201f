import { appSpec, specOf } from './specs.js';

const notes = specOf(
  {
    openapi: '3.0.3',
    servers: [{ url: 'https://{org}.notes.example/api' }],
    paths: {
      '/notes/{id}': {
        parameters: [{ $ref: '#/components/parameters/id' }],
        get: { responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Note' } } } } } },
        put: {
          parameters: [
            { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 0, exclusiveMinimum: true } },
            { name: 'ids', in: 'query', required: true, schema: { type: 'array', items: { type: 'integer' } } },
          ],
          requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Note' } } } },
          responses: { 204: { description: 'done' } },
        },
      },
      '/notes/mine': { get: { responses: { '2XX': { content: { 'application/json': { schema: { type: 'array' } } } } } } },
      '/token': {
        post: {
          requestBody: {
            content: {
              'application/x-www-form-urlencoded': {
                schema: { type: 'object', required: ['grant'], properties: { grant: { type: 'string' }, ttl: { type: 'integer' } } },
              },
            },
          },
          responses: { 200: { description: 'ok' } },
        },
      },
    },
    components: {
      parameters: { id: { name: 'id', in: 'path', required: true, schema: { type: 'string' } } },
      schemas: {
        Note: {
          type: 'object',
          required: ['id', 'text'],
          properties: {
            id: { type: 'string', readOnly: true },
            text: { type: 'string' },
            color: { type: 'string', enum: ['red', 'blue'], nullable: true },
            madeAt: { type: 'string', format: 'date-time' },
            odd: { type: 'string', format: 'a format nobody knows', pattern: '(unclosed' },
            parent: { allOf: [{ $ref: '#/components/schemas/Note' }], nullable: true },
            shape: { oneOf: [{ $ref: '#/components/schemas/Circle' }, { $ref: '#/components/schemas/Square' }] },
          },
        },
        Circle: { type: 'object', required: ['radius'], properties: { radius: { type: 'number' } } },
        Square: { type: 'object', required: ['side', 'tilt'], properties: { side: { type: 'number' }, tilt: { type: 'number' } } },
      },
    },
  },
  'notes.json',
);

describe('an app’s description', () => {
  const answer = (body: unknown): readonly string[] => notes.validateAnswer('GET', '/notes/7', 200, body);

  it('accepts what it describes, nulls and unknown formats included', () => {
    expect(answer({ id: '7', text: 'hi', color: null, parent: null, madeAt: '2026-11-20T10:00:00.1234567Z', odd: '' })).toEqual([]);
    expect(answer({ id: '7', text: 'hi', parent: { id: '8', text: 'up' }, shape: { radius: 2 } })).toEqual([]);
  });

  it('finds a wrong type, also deep inside', () => {
    expect(answer({ id: '7', text: 5 })).toEqual(['answer/text: must be string']);
    expect(answer({ id: '7', text: 'hi', parent: { id: 8, text: 'up' } })).toEqual(['answer/parent/id: must be string']);
    expect(answer({ id: '7', text: 'hi', madeAt: 'yesterday' })[0]).toMatch(/madeAt: must match format/);
  });

  it('finds a missing required field and a value that is not listed', () => {
    expect(answer({ id: '7' })).toEqual(["answer: must have required property 'text'"]);
    expect(answer({ id: '7', text: '', color: 'pink' })).toEqual(['answer/color: must be one of "red", "blue", null, not "pink"']);
  });

  it('explains a value that fits no alternative by the nearest one', () => {
    expect(answer({ id: '7', text: '', shape: { side: 3, tilt: 'left' } })).toEqual(["answer/shape: must have required property 'radius'"]);
  });

  it('names an operation that it lacks', () => {
    expect(notes.validateAnswer('DELETE', '/notes/7', 204)).toEqual(['no such operation in notes.json: DELETE /notes/7']);
    expect(notes.validateRequest('GET', '/nothing')).toEqual(['no such operation in notes.json: GET /nothing']);
    expect(notes.has('GET', '/notes/7')).toBe(true);
  });

  it('knows paths in any letter case, with and without their base, and prefers literal ones', () => {
    expect(notes.validateAnswer('GET', '/API/Notes/7', 200, { id: '7', text: '' })).toEqual([]);
    expect(notes.validateAnswer('GET', '/api/notes/mine', 200, {})).toEqual(['answer: must be array']);
  });

  it('judges a request by its query and body; what is read-only need not be sent', () => {
    expect(notes.validateRequest('PUT', '/notes/7', { ids: '1,2', limit: 5 }, { text: 'hi' })).toEqual([]);
    expect(notes.validateRequest('PUT', '/notes/7', new URLSearchParams('limit=0&speed=fast'), { text: 1 })).toEqual([
      'query: ids is required',
      'query limit: must be > 0',
      'query: speed is not a parameter of PUT /notes/{id}',
      'body/text: must be string',
    ]);
    expect(notes.validateRequest('PUT', '/notes/7', { ids: 'one' })).toEqual([
      'query ids/0: must be integer',
      'body: PUT /notes/{id} needs one',
    ]);
    expect(notes.validateRequest('GET', '/notes/7', {}, { text: '' })).toEqual(['body: GET /notes/{id} takes none']);
    expect(notes.validateRequest('GET', '/notes/7', { view: 'x' }, undefined, { query: ['view'] })).toEqual([]);
  });

  it('reads forms, whose numbers are texts', () => {
    expect(notes.validateRequest('POST', '/token', {}, { grant: 'jwt', ttl: '60' })).toEqual([]);
    expect(notes.validateRequest('POST', '/token', {}, { ttl: 'long' })).toEqual([
      "form: must have required property 'grant'",
      'form/ttl: must be integer',
    ]);
  });

  it('wants the statuses of success to be described, and lets errors be', () => {
    expect(notes.validateAnswer('GET', '/notes/7', 201, {})).toEqual(['answer: status 201 is not described for GET /notes/{id}']);
    expect(notes.validateAnswer('GET', '/notes/7', 404, { code: 'GONE' })).toEqual([]);
    expect(notes.validateAnswer('GET', '/notes/7', 200)).toEqual(['answer: GET /notes/{id} has no body']);
  });

  it('says which file is missing instead of failing', () => {
    expect(appSpec('no-such-app.json').reason).toMatch(/no-such-app\.json not found/);
  });
});

const okta = appSpec('okta.json');
(okta.spec ? describe : describe.skip)(okta.reason ?? 'Okta’s description', () => {
  const group = { id: '00g1', type: 'OKTA_GROUP', profile: { name: 'Finance' }, created: '2026-01-01T00:00:00.000Z' };

  it('accepts a list of groups and finds a planted mistake in it', () => {
    expect(okta.spec!.validateAnswer('GET', '/api/v1/groups', 200, [group])).toEqual([]);
    expect(okta.spec!.validateAnswer('GET', '/api/v1/groups', 200, [{ ...group, created: 5 }])).toEqual([
      'answer/0/created: must be string',
    ]);
    expect(okta.spec!.validateAnswer('GET', '/api/v1/groups', 200, {})).toEqual(['answer: must be array']);
  });

  it('knows the parameters of a call', () => {
    expect(okta.spec!.validateRequest('DELETE', '/api/v1/users/00u1/sessions', { oauthTokens: true, forgetDevices: true })).toEqual([]);
    expect(okta.spec!.validateRequest('GET', '/api/v1/logs', { since: '2026-11-01T00:00:00Z', limit: 'many' })).toEqual([
      'query limit: must be integer',
    ]);
  });
});

const docusign = appSpec('docusign-admin.json', 'docusign-esignature.json', 'docusign-monitor-v2.json', 'docusign-monitor-v1stream.json');
(docusign.spec ? describe : describe.skip)(docusign.reason ?? 'DocuSign’s descriptions', () => {
  it('are asked together, each with its base path', () => {
    const { spec } = docusign;
    expect(spec!.has('GET', '/management/v2/organizations')).toBe(true);
    expect(spec!.has('GET', '/restapi/v2.1/accounts/1/users')).toBe(true);
    expect(spec!.has('GET', '/api/v2.0/datasets/monitor/stream')).toBe(true);
    expect(spec!.has('GET', '/v1/organizations/1/stream')).toBe(true);
  });

  it('may answer null, and nothing of a wrong type', () => {
    const users = (user: unknown): readonly string[] =>
      docusign.spec!.validateAnswer('GET', '/restapi/v2.1/accounts/1/users', 200, { users: [user], totalSetSize: '1' });
    expect(users({ userId: 'u', email: null })).toEqual([]);
    expect(users({ userId: 7 })).toEqual(['answer/users/0/userId: must be string']);
  });
});
